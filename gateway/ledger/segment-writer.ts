import { rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTENSION, encodeLine, type SegmentHeader, segmentName } from './segment.ts';

/** Opens files for writing; a test may put failing ones in their place. */
export type OpenFile = (path: string, flags: string, mode: number) => Promise<FileHandle>;

/**
 * Space is set aside in pieces of this size. Writing into it leaves the file as long as it was, so that `fdatasync` has
 * no journal to wait for: half the time, and half the work.
 */
const PIECE = Buffer.alloc(1_048_576);
/** Longer writes take more time than the journal does: for them it does not pay to write everything twice. */
const SHORT_BYTES = 65_536;
/** A segment with less is left as short as it is: most gateways are quiet most of the time. */
const BUSY_BYTES = 65_536;

/** The segment that is written to. Its file may be longer than what counts: the rest is zero, and cut off at the end. */
export class SegmentWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #limit: number;
  #bytes: number;
  /** Length of the file. */
  #reserved: number;
  #reserving: Promise<void> | null = null;

  /** Begins a new segment; what earlier runs left is not written to again. Space is set aside up to `limit`. */
  static async create(
    openFile: OpenFile,
    folder: string,
    header: SegmentHeader,
    limit: number,
  ): Promise<SegmentWriter> {
    const path = join(folder, `${segmentName(header.segment)}.${EXTENSION}`);
    const file = await openFile(path, 'wx', 0o640);
    const line = Buffer.from(encodeLine(JSON.stringify(header)));
    try {
      await writeAll(file, line, 0);
      await file.datasync();
      await syncFolder(folder); // The new name itself must survive a crash.
    } catch (error) {
      await file.close().catch(() => undefined);
      rmSync(path, { force: true }); // It holds no record; its number is used again.
      throw error;
    }
    return new SegmentWriter(file, path, line.length, limit);
  }

  private constructor(file: FileHandle, path: string, bytes: number, limit: number) {
    this.#file = file;
    this.#path = path;
    this.#bytes = bytes;
    this.#reserved = bytes;
    this.#limit = limit;
  }

  /** Length that counts: what was written until then is durable. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Writes behind what counts; it counts, and is durable, when this is done. */
  async append(bytes: Buffer): Promise<void> {
    const end = this.#bytes + bytes.length;
    // Zeros that are on their way must not arrive on top of records.
    if (end > this.#reserved) await this.#reserving;
    await writeAll(this.#file, bytes, this.#bytes);
    await this.#file.datasync();
    this.#bytes = end;
    this.#reserved = Math.max(this.#reserved, end);
    if (bytes.length < SHORT_BYTES) this.#reserveSoon();
  }

  /** Cuts off what does not count, as far as the disk lets us, and says how many bytes of that are left. */
  async close(): Promise<number> {
    await this.#reserving;
    await this.#file.truncate(this.#bytes).catch(() => undefined);
    await this.#file.close().catch(() => undefined); // What counts is durable already.
    return statSync(this.#path).size - this.#bytes;
  }

  #reserveSoon(): void {
    const isLow = this.#reserved - this.#bytes < PIECE.length / 2;
    if (this.#reserving || !isLow || this.#bytes < BUSY_BYTES || this.#reserved >= this.#limit) return;
    const piece = PIECE.subarray(0, this.#limit - this.#reserved);
    this.#reserving = this.#reserve(piece);
  }

  /** Made durable with the next records: a `fdatasync` of its own could take an error that is about records. */
  async #reserve(piece: Buffer): Promise<void> {
    try {
      await writeAll(this.#file, piece, this.#reserved);
      this.#reserved += piece.length;
    } catch {
      // A disk without room for a piece may have room for records.
    } finally {
      this.#reserving = null;
    }
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
