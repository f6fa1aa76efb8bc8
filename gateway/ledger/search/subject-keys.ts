const INITIAL = 1_024;

/** Subjects one after the other, of each the first 64 bits of its keyed hash, as two numbers of 32 bits. */
export class SubjectKeys {
  #words: Uint32Array<ArrayBuffer> = new Uint32Array(2 * INITIAL);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(high: number, low: number): void {
    const at = 2 * this.#count;
    if (at === this.#words.length) {
      const words = new Uint32Array(2 * at);
      words.set(this.#words);
      this.#words = words;
    }
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#count++;
  }

  /** Forgets all but the first `count`. */
  cut(count: number): void {
    this.#count = count;
  }

  /** A copy of all but the first `count`: two numbers for each subject. */
  since(count: number): Uint32Array<ArrayBuffer> {
    return this.#words.slice(2 * count, 2 * this.#count);
  }
}

/** Adds a subject by its hash in base64url; throws when that is too short to be one. */
export function addSubject(keys: SubjectKeys, hash: string): void {
  const bytes = Buffer.from(hash, 'base64url');
  keys.add(bytes.readUInt32BE(0), bytes.readUInt32BE(4));
}

/** A subject as PostgreSQL's `bigint` writes it. */
export function subjectNumber(hash: string): string {
  return Buffer.from(hash, 'base64url').readBigInt64BE(0).toString();
}

/** Hashes of 256 bits (SHA-256, SM3) in base64url. */
const HASH_CHARACTERS = 43;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NOT_BASE64URL = 0xc0;
const SIX_BITS = new Uint8Array(256).fill(NOT_BASE64URL);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries())
  SIX_BITS[character.charCodeAt(0)] = value;

/**
 * Adds the subjects of a JSON list of hashes, `begin` behind its opening bracket, `end` at the closing one, without making a
 * text of each. False, and nothing added, when it is anything but a list of hashes of the usual length.
 */
export function addSubjects(keys: SubjectKeys, bytes: Buffer, begin: number, end: number): boolean {
  const before = keys.count;
  for (let at = begin; at < end; at += HASH_CHARACTERS + 3) {
    const first = at + 1;
    const last = first + HASH_CHARACTERS;
    let all = 0;
    for (let index = first; index < last; index++) all |= sixBits(bytes, index);
    const isLast = last + 1 === end;
    if (
      (all & NOT_BASE64URL) !== 0 ||
      bytes[at] !== QUOTE ||
      bytes[last] !== QUOTE ||
      last >= end ||
      (!isLast && bytes[last + 1] !== COMMA) ||
      last + 2 === end // a comma, and nothing behind it
    ) {
      keys.cut(before);
      return false;
    }
    const middle = sixBits(bytes, first + 5);
    const high =
      (sixBits(bytes, first) << 26) |
      (sixBits(bytes, first + 1) << 20) |
      (sixBits(bytes, first + 2) << 14) |
      (sixBits(bytes, first + 3) << 8) |
      (sixBits(bytes, first + 4) << 2) |
      (middle >> 4);
    const low =
      (middle << 28) |
      (sixBits(bytes, first + 6) << 22) |
      (sixBits(bytes, first + 7) << 16) |
      (sixBits(bytes, first + 8) << 10) |
      (sixBits(bytes, first + 9) << 4) |
      (sixBits(bytes, first + 10) >> 2);
    keys.add(high >>> 0, low >>> 0);
  }
  return true;
}

function sixBits(bytes: Buffer, index: number): number {
  return SIX_BITS[bytes[index] ?? 0] ?? NOT_BASE64URL;
}
