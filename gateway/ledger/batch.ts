import { crc32 } from 'node:zlib';
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
    const memory = this.#withRoomFor(pieces);
    let end = space + 1;
    for (const piece of pieces)
      end += typeof piece === 'string' ? memory.write(piece, end) : piece.copy(memory, end);
    const checksum = crc32(memory.subarray(space + 1, end));
    memory.write(checksum.toString(16).padStart(MARK_BYTES, '0'), start, 'latin1');
    memory[space] = 0;
    this.#leaves.push(this.#hash(memory.subarray(space, end)));
    memory[space] = SPACE;
    memory[end] = NEWLINE;
    this.#length = end + 1;
  }

  clear(): void {
    this.#length = 0;
    this.#leaves = [];
    if (this.#memory.length > KEPT_BYTES) this.#memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  #withRoomFor(pieces: Pieces): Buffer {
    let needed = this.#length + MARK_BYTES + 2;
    for (const piece of pieces)
      needed += typeof piece === 'string' ? MOST_BYTES * piece.length : piece.length;
    if (needed > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    return this.#memory;
  }
}
