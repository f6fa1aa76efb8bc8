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
    if (at === this.#words.length) this.#grow();
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#count++;
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
  }

  /** Forgets all but the first `count`. */
  cut(count: number): void {
    this.#count = count;
  }

  /** Adds what `since` has given. */
  addAll(words: Uint32Array): void {
    while (this.#words.length < 2 * this.#count + words.length) this.#grow();
    this.#words.set(words, 2 * this.#count);
    this.#count += words.length / 2;
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

/** Hashes of 256 bits (SHA-256, SM3) in base64url; the first 64 bits are in the first eleven characters. */
const HASH_CHARACTERS = 43;
const KEY_CHARACTERS = 11;
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = begin; at < end; at += HASH_CHARACTERS + 3) {
    const first = at + 1;
    const last = first + HASH_CHARACTERS;
    const isListed =
      last < end &&
      bytes[at] === QUOTE &&
      bytes[last] === QUOTE &&
      (last + 1 === end || (bytes[last + 1] === COMMA && last + 2 < end)) &&
      isPlain(view, first + KEY_CHARACTERS, last);
    if (!isListed || !addKey(keys, bytes, first)) {
      keys.cut(before);
      return false;
    }
  }
  return true;
}

/**
 * Is there no quote, backslash or control character, which in JSON would begin something else? Four characters at a time:
 * `(x - 0x01010101) & ~x & 0x80808080` is not 0 exactly when a byte of `x` is.
 */
function isPlain(view: DataView, begin: number, end: number): boolean {
  let odd = 0;
  for (let at = begin; at < end; at += 4) {
    const four = view.getInt32(at, true);
    const quote = four ^ 0x22222222;
    const backslash = four ^ 0x5c5c5c5c;
    odd |= (quote - 0x01010101) & ~quote;
    odd |= (backslash - 0x01010101) & ~backslash;
    odd |= (four - 0x20202020) & ~four;
  }
  return (odd & 0x80808080) === 0;
}

function addKey(keys: SubjectKeys, bytes: Buffer, at: number): boolean {
  const a = sixBits(bytes, at);
  const b = sixBits(bytes, at + 1);
  const c = sixBits(bytes, at + 2);
  const d = sixBits(bytes, at + 3);
  const e = sixBits(bytes, at + 4);
  const f = sixBits(bytes, at + 5);
  const g = sixBits(bytes, at + 6);
  const h = sixBits(bytes, at + 7);
  const i = sixBits(bytes, at + 8);
  const j = sixBits(bytes, at + 9);
  const k = sixBits(bytes, at + 10);
  if (((a | b | c | d | e | f | g | h | i | j | k) & NOT_BASE64URL) !== 0) return false;
  const high = (a << 26) | (b << 20) | (c << 14) | (d << 8) | (e << 2) | (f >> 4);
  const low = (f << 28) | (g << 22) | (h << 16) | (i << 10) | (j << 4) | (k >> 2);
  keys.add(high, low);
  return true;
}

function sixBits(bytes: Buffer, index: number): number {
  return SIX_BITS[bytes[index] ?? 0] ?? NOT_BASE64URL;
}
