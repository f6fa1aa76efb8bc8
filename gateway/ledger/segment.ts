import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { SUITES } from './suite.ts';

/**
 * The segment format, version 4: a text file of lines `<crc32 of the text, 8 hex digits> <JSON>\n`. The first line
 * is the segment's header, every other one a record; the last record of a batch is `<crc32 of the rest>~<seal> <JSON>\n`, and
 * records behind the last seal were never acknowledged. The header says how far the segment before it counts: what a
 * crash or a failed write left behind that point was never acknowledged and is no record. The file that is written to may
 * end in zero bytes: space that was set aside. Text holds none, so a line with one was never wholly written.
 * Version 3 has no seals. In version 2, moreover, the records' digests are plain hashes, and say nothing of keys. Both are still read.
 */
const NAME = /^segment-(\d{8})\.v[234]$/;

export const FORMAT = 'liancha-ledger/4';
const FORMATS = ['liancha-ledger/2', 'liancha-ledger/3', FORMAT] as const;

/** File name extension of a segment that is begun now. */
export const EXTENSION = 'v4';

/** Does every batch of the segment end with a seal? */
export function isSealed({ format }: Pick<SegmentHeader, 'format'>): boolean {
  return format === FORMAT;
}

export const SegmentHeader = z.strictObject({
  format: z.enum(FORMATS),
  ledger: z.string(),
  suite: z.enum(SUITES),
  segment: z.number().int().positive(),
  /** Number of records in the ledger before this segment. */
  first: z.number().int().min(0),
  /** Length in bytes up to which the segment before counts; `excess` bytes behind it could not be cut off. */
  previous: z.strictObject({ bytes: z.number().int().min(0), excess: z.number().int().min(0) }).nullable(),
});
export type SegmentHeader = z.infer<typeof SegmentHeader>;

/** Encodes one record or header as a line. */
export function encodeLine(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

/** Decodes a line without its end; null when it is not what was written. */
export function decodeLine(line: string): string | null {
  return readMarked(Buffer.from(line))?.bytes.toString('utf8') ?? null;
}

/** A file that belongs to a segment: the segment itself, or what its archive holds of it. */
export interface SegmentName {
  readonly number: number;
  readonly path: string;
}

/** Name of a segment without what kind of file it is. */
export function segmentName(number: number): string {
  return `segment-${String(number).padStart(8, '0')}`;
}

/** The files of a folder whose names fit, in the order of the number that the pattern takes out of them. */
export function listNumbered(folder: string, pattern: RegExp): SegmentName[] {
  const found = readdirSync(folder).flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [{ number: Number(number), path: join(folder, name) }];
  });
  return found.sort((a, b) => a.number - b.number);
}

/** The segments of a folder, oldest first. */
export function listSegments(folder: string): SegmentName[] {
  return listNumbered(folder, NAME);
}

/** One line of a file. `bytes` is null when the checksum does not fit. */
export class Line {
  readonly number: number;
  /** Position behind the line. */
  readonly end: number;
  readonly bytes: Buffer | null;
  /** It has no end: it was cut short. */
  readonly isTorn: boolean;
  /** It was never wholly written: it was cut short, or a part of it is still the space that was set aside. */
  readonly isUnwritten: boolean;
  /** Of the last record of a batch: its seal, base64url. */
  readonly seal: string | null;

  constructor(
    number: number,
    end: number,
    marked: Marked | null,
    isTorn: boolean,
    isUnwritten: boolean = isTorn,
  ) {
    this.number = number;
    this.end = end;
    this.bytes = marked?.bytes ?? null;
    this.isTorn = isTorn;
    this.isUnwritten = isUnwritten;
    this.seal = marked?.seal ?? null;
  }

  get text(): string | null {
    return this.bytes?.toString('utf8') ?? null;
  }
}

/** The text of a line that is what was written, and the seal before it. */
interface Marked {
  readonly bytes: Buffer;
  readonly seal: string | null;
}

const CHECKSUM_CHARACTERS = 8;
/** `~`, and 16 bytes in base64url. */
export const SEAL_CHARACTERS = 23;
const SPACE = 0x20;
const TILDE = 0x7e;

function readMarked(line: Buffer): Marked | null {
  const isSealed = line[CHECKSUM_CHARACTERS] === TILDE;
  const end = CHECKSUM_CHARACTERS + (isSealed ? SEAL_CHARACTERS : 0);
  const checksum = line.toString('latin1', 0, CHECKSUM_CHARACTERS);
  if (line[end] !== SPACE || !/^[0-9a-f]{8}$/.test(checksum)) return null;
  const bytes = line.subarray(end + 1);
  const checked = isSealed ? line.subarray(CHECKSUM_CHARACTERS + 1) : bytes;
  if (crc32(checked) !== Number.parseInt(checksum, 16)) return null;
  return { bytes, seal: isSealed ? line.toString('latin1', CHECKSUM_CHARACTERS + 1, end) : null };
}

const CHUNK = 1_048_576;

/** Memory that reading may use again: what was read before is then overwritten. */
export interface ReadingSpace {
  bytes: Buffer;
}

/**
 * Reads the lines of a file from the beginning of one, in pieces: a segment need not fit into memory. With a `space` the bytes of
 * a line are valid until the next one is asked for.
 */
export function* readLines(
  path: string,
  limit = Number.POSITIVE_INFINITY,
  from = 0,
  space: ReadingSpace | null = null,
): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let position = from;
    let number = 0;
    let end = from;
    for (;;) {
      const size = Math.max(0, Math.min(CHUNK, limit - position));
      const chunk = spaceFor(rest.length + size, space);
      chunk.set(rest);
      rest = chunk.subarray(0, rest.length); // What it was may be overwritten.
      const read = size === 0 ? 0 : readSync(file, chunk, rest.length, size, position);
      if (read === 0) break;
      position += read;
      const bytes = chunk.subarray(0, rest.length + read);
      let start = 0;
      for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, start)) {
        number++;
        end += newline + 1 - start;
        const line = bytes.subarray(start, newline);
        const marked = readMarked(line);
        yield new Line(number, end, marked, false, marked === null && line.includes(0));
        start = newline + 1;
      }
      rest = bytes.subarray(start);
    }
    rest = withoutReserve(rest);
    if (rest.length > 0) {
      // A whole line but for its last byte was not cut short: its end was changed.
      const isTorn = readMarked(rest.subarray(0, rest.length - 1)) === null;
      yield new Line(number + 1, end + rest.length, null, isTorn);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The lines of a segment as they count: behind the last seal, whole lines were never acknowledged either, and come as the one
 * unwritten line that they are. Of a segment without seals, its lines.
 */
export function* readBatches(
  path: string,
  header: SegmentHeader | null,
  limit: number = Number.POSITIVE_INFINITY,
): Generator<Line> {
  if (!header || !isSealed(header)) {
    yield* readLines(path, limit);
    return;
  }
  let batch: Line[] = [];
  for (const line of readLines(path, limit)) {
    if (line.isUnwritten) batch = []; // It was written with what stands before it, up to the seal before.
    batch.push(line);
    const isOpen = line.bytes !== null && line.seal === null && line.number > 1;
    if (isOpen) continue;
    yield* batch;
    batch = [];
  }
  const [first] = batch;
  if (first) yield new Line(first.number, batch.at(-1)?.end ?? first.end, null, true);
}

function withoutReserve(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

function spaceFor(length: number, space: ReadingSpace | null): Buffer {
  if (!space) return Buffer.allocUnsafe(length);
  if (space.bytes.length < length) space.bytes = Buffer.allocUnsafe(2 * length);
  return space.bytes;
}

/** The whole lines of a file that is in memory, from the beginning of one. */
export function* splitLines(bytes: Buffer, from: number): Generator<Line> {
  let start = from;
  let number = 0;
  for (let newline = bytes.indexOf(10, start); newline >= 0; newline = bytes.indexOf(10, start)) {
    number++;
    yield new Line(number, newline + 1, readMarked(bytes.subarray(start, newline)), false);
    start = newline + 1;
  }
}

/** The header of a segment; null when there is none to be read. */
export function readHeader(path: string): SegmentHeader | null {
  for (const line of readLines(path)) return parseHeader(line.text);
  return null;
}

function parseHeader(text: string | null): SegmentHeader | null {
  if (text === null) return null;
  try {
    const parsed = SegmentHeader.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
