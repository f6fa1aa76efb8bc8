import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * The segment format, version 1: a text file of lines `<crc32 of the record, 8 hex digits> <record as JSON>\n`.
 * A torn tail is an incomplete last line, or a last line whose checksum does not fit.
 */
const NAME = /^segment-(\d{8})\.v1$/;

export interface OpenSegment {
  readonly file: FileHandle;
  readonly path: string;
}

/** Encodes one record as a line of a segment. */
export function encodeLine(record: string): string {
  return `${crc32(record).toString(16).padStart(8, '0')} ${record}\n`;
}

/** Decodes a line; null when it is not what was written. */
export function decodeLine(line: string): string | null {
  const record = line.slice(9);
  return /^[0-9a-f]{8} /.test(line) && crc32(record) === Number.parseInt(line.slice(0, 8), 16)
    ? record
    : null;
}

/** The segments of a folder, oldest first. */
export async function listSegments(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => NAME.test(name)).sort();
}

/** Opens a new segment, never an old one: what an earlier run left, torn or whole, is not written to again. */
export async function createSegment(folder: string): Promise<OpenSegment> {
  const last = (await listSegments(folder)).at(-1);
  const number = last === undefined ? 1 : Number(NAME.exec(last)?.[1]) + 1;
  const path = join(folder, `segment-${String(number).padStart(8, '0')}.v1`);
  const file = await open(path, 'ax', 0o640);
  try {
    await syncFolder(folder); // The new name itself must survive a crash.
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, path };
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
