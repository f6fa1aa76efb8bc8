import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disclosure, Ledger } from './disclosure.ts';
import { createIds } from './ids.ts';
import { lockFolder } from './lock.ts';
import { createSegment, encodeLine, type OpenSegment } from './segment.ts';

export interface LedgerOptions {
  readonly dataDir: string;
  readonly now: () => number;
  /** A segment is sealed at about this size. */
  readonly segmentBytes?: number;
}

interface Waiting {
  readonly line: string;
  resolve(): void;
  reject(error: unknown): void;
}

/** Pause after a failed write, before a new segment is tried. */
const RETRY_MS = 200;

const SEGMENT_BYTES = 64 * 1_048_576;

/** Opens the ledger of a data folder for this process alone. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const folder = join(options.dataDir, 'ledger');
  const unlock = lockFolder(folder);
  try {
    return new FileLedger(folder, unlock, options, await createSegment(folder));
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Append-only files with group commit: all records that wait share one write and one `fdatasync`, which run off
 * the event loop. After a failed write or sync nothing more goes to that segment: what the system did with the
 * pages is unknown, so the next batch starts a new one.
 */
class FileLedger implements Ledger {
  readonly nextId: Ledger['nextId'];
  readonly #folder: string;
  readonly #unlock: () => void;
  readonly #limit: number;
  #segment: OpenSegment | null;
  #written = 0;
  #waiting: Waiting[] = [];
  #committing: Promise<void> | null = null;
  #isClosed = false;

  constructor(folder: string, unlock: () => void, options: LedgerOptions, segment: OpenSegment) {
    this.nextId = createIds(options.now);
    this.#folder = folder;
    this.#unlock = unlock;
    this.#limit = options.segmentBytes ?? SEGMENT_BYTES;
    this.#segment = segment;
  }

  append(disclosure: Disclosure): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the ledger is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: encodeLine(JSON.stringify(disclosure)), resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#committing;
    await this.#segment?.file.close().catch(() => undefined); // What was acknowledged is synced already.
    this.#unlock();
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#commit(Buffer.from(batch.map(({ line }) => line).join('')));
        for (const one of batch) one.resolve();
      } catch (error) {
        await this.#abandonSegment();
        for (const one of batch) one.reject(error);
        await sleep(RETRY_MS); // A full disk should not be filled with new segments as well.
      }
    }
    this.#committing = null;
  }

  async #commit(bytes: Buffer): Promise<void> {
    this.#segment ??= await createSegment(this.#folder);
    const { file } = this.#segment;
    await file.appendFile(bytes);
    await file.datasync();
    this.#written += bytes.length;
    if (this.#written >= this.#limit) await this.#abandonSegment();
  }

  async #abandonSegment(): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    this.#written = 0;
    await segment?.file.close().catch(() => undefined);
  }
}
