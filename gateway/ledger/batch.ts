import { crc32 } from 'node:zlib';
import type { Suite } from './suite.ts';

/** Records as they go into a segment together: their lines, and the leaf of each. */
export interface Batch {
  readonly bytes: Buffer;
  readonly leaves: readonly Buffer[];
}

const MARK_BYTES = 8;
const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Encodes records as `encodeLine` does, all into one buffer: each text is turned into bytes once, and checksum and leaf
 * are computed where it stands. RFC 9162 §2.1.1 hashes a leaf with a leading 0x00: the byte before the text, which is a
 * space in the file, is zero for as long as that takes.
 */
export function encodeBatch({ hash }: Pick<Suite, 'hash'>, texts: readonly string[]): Batch {
  let size = 0;
  for (const text of texts) size += MARK_BYTES + 2 + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(size);
  const leaves: Buffer[] = [];
  let at = 0;
  for (const text of texts) {
    const space = at + MARK_BYTES;
    const end = space + 1 + bytes.write(text, space + 1);
    const checksum = crc32(bytes.subarray(space + 1, end));
    bytes.write(checksum.toString(16).padStart(MARK_BYTES, '0'), at, 'latin1');
    bytes[space] = 0;
    leaves.push(hash(bytes.subarray(space, end)));
    bytes[space] = SPACE;
    bytes[end] = NEWLINE;
    at = end + 1;
  }
  return { bytes, leaves };
}
