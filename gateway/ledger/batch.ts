import { crc32 } from 'node:zlib';
import type { SealChain } from './seals.ts';
import { SEAL_CHARACTERS } from './segment.ts';
import type { Suite } from './suite.ts';

/** A text in pieces; a piece that comes again and again is kept as its bytes. */
export type Pieces = readonly (string | Buffer)[];

const MARK_BYTES = 8;
const SPACE = 0x20;
const NEWLINE = 0x0a;
/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const MOST_BYTES = 3;
const FIRST_BYTES = 65_536;
/** What one very long record needed is not kept for the others. */
const KEPT_BYTES = 4 * 1_048_576;

/**
 * Records on their way into a segment together: their lines as `encodeLine` makes them, in memory that is used again, and the leaf of
 * each. They are turned into bytes as they come, so that no text has to be kept until the disk is ready.
 */
export class Batch {
  readonly #hash: Suite['hash'];
  #memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  /** Where the last record's line begins. */
  #last = 0;
  #leaves: Buffer[] = [];

  constructor({ hash }: Pick<Suite, 'hash'>) {
    this.#hash = hash;
  }

  /** Valid until it is cleared. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  get leaves(): readonly Buffer[] {
    return this.#leaves;
  }

  /**
   * Checksum and leaf are computed where the text stands. RFC 9162 §2.1.1 hashes a leaf with a leading 0x00: the byte before the
   * text, which is a space in the file, is zero for as long as that takes.
   */
  add(pieces: Pieces): void {
    const start = this.#length;
    const space = start + MARK_BYTES;
    const memory = this.#withRoom(neededFor(pieces));
    let end = space + 1;
    for (const piece of pieces)
      end += typeof piece === 'string' ? memory.write(piece, end) : piece.copy(memory, end);
    this.#check(start, space + 1, end);
    memory[space] = 0;
    this.#leaves.push(this.#hash(memory.subarray(space, end)));
    memory[space] = SPACE;
    memory[end] = NEWLINE;
    this.#last = start;
    this.#length = end + 1;
  }

  /** Puts the batch's seal between checksum and text of its last record. Nothing is added to it afterwards. */
  seal(chain: SealChain): void {
    const memory = this.#withRoom(SEAL_CHARACTERS);
    const at = this.#last + MARK_BYTES;
    memory.copyWithin(at + SEAL_CHARACTERS, at, this.#length);
    memory.write(`~${chain.next(this.#leaves)}`, at, 'latin1');
    this.#length += SEAL_CHARACTERS;
    this.#check(this.#last, at + 1, this.#length - 1);
  }

  /** Writes the checksum of what stands between two places. */
  #check(at: number, from: number, to: number): void {
    const checksum = crc32(this.#memory.subarray(from, to));
    this.#memory.write(checksum.toString(16).padStart(MARK_BYTES, '0'), at, 'latin1');
  }

  clear(): void {
    this.#length = 0;
    this.#leaves = [];
    if (this.#memory.length > KEPT_BYTES) this.#memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  #withRoom(bytes: number): Buffer {
    const needed = this.#length + bytes;
    if (needed > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    return this.#memory;
  }
}

function neededFor(pieces: Pieces): number {
  let needed = MARK_BYTES + 2;
  for (const piece of pieces) needed += typeof piece === 'string' ? MOST_BYTES * piece.length : piece.length;
  return needed;
}
