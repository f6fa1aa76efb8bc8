import { endianness } from 'node:os';

/** The subjects of some records. */
export interface Piece {
  /** The records' places in the ledger's tree, ascending. */
  readonly records: readonly number[];
  /** How many subjects each has. */
  readonly counts: readonly number[];
  /** The subjects of the first record, then those of the second…: two numbers of 32 bits for each. */
  readonly keys: Uint32Array;
}

/**
 * The subjects of many records, packed so that the records of one subject are found without reading all of it. Numbers of 4
 * bytes, big-endian: where each of 2^bits blocks begins and, at last, where the last one ends, counted in entries; then the
 * entries, 12 bytes each: the subject, and the place of the record counted from `first`. A subject's block is told by its first bits.
 */
export interface Chunk {
  /** The records that it covers: `first <= record < until`. */
  readonly first: number;
  readonly until: number;
  readonly bits: number;
  readonly postings: Uint8Array<ArrayBuffer>;
}

const ENTRIES_OF_A_BLOCK = 64;
const MOST_BITS = 12;

/** Precondition: there is a record. */
export function packChunk({ records, counts, keys }: Piece): Chunk {
  const first = records[0] ?? 0;
  const until = (records.at(-1) ?? 0) + 1;
  const count = keys.length / 2;
  const bits = Math.min(MOST_BITS, Math.max(0, Math.floor(Math.log2(count / ENTRIES_OF_A_BLOCK))));
  const blocks = 2 ** bits;
  const words = new Uint32Array(blocks + 1 + 3 * count);
  const next = new Uint32Array(blocks + 1); // where the next entry of each block goes
  for (let index = 0; index < keys.length; index += 2) add(next, 1 + blockOf(keys[index] ?? 0, bits));
  for (let block = 1; block <= blocks; block++) next[block] = (next[block] ?? 0) + (next[block - 1] ?? 0);
  words.set(next);
  let index = 0;
  for (let of = 0; of < records.length; of++) {
    const place = (records[of] ?? 0) - first;
    const end = index + 2 * (counts[of] ?? 0);
    for (; index < end; index += 2) {
      const high = keys[index] ?? 0;
      const at = blocks + 1 + 3 * add(next, blockOf(high, bits));
      words[at] = high;
      words[at + 1] = keys[index + 1] ?? 0;
      words[at + 2] = place;
    }
  }
  return { first, until, bits, postings: bigEndian(words) };
}

/** Counts one more, and gives the count before it. */
function add(counts: Uint32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}

function blockOf(high: number, bits: number): number {
  return bits === 0 ? 0 : high >>> (32 - bits);
}

/** The numbers as bytes, in place. */
export function bigEndian(words: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  if (endianness() === 'LE') bytes.swap32();
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

const ENTRY_BYTES = 12;

/** The records of a subject in a block, whose chunk begins with the record `first`. */
export function recordsIn(block: Uint8Array, first: number, subject: bigint): number[] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
    if (bytes.readBigInt64BE(at) === subject) found.push(first + bytes.readUInt32BE(at + 8));
  return found;
}

/** The subjects of records as the database has them. Precondition: ascending. */
export function pieceOf(rows: readonly { readonly record: number; readonly subjects: Uint8Array }[]): Piece {
  const bytes = Buffer.concat(rows.map(({ subjects }) => subjects));
  const keys = new Uint32Array(bytes.length / 4);
  for (let index = 0; index < keys.length; index++) keys[index] = bytes.readUInt32BE(4 * index);
  return {
    records: rows.map(({ record }) => record),
    counts: rows.map(({ subjects }) => subjects.length / 8),
    keys,
  };
}
