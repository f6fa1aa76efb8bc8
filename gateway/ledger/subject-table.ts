import { randomInt } from 'node:crypto';

/** Whom one answer is about, as keyed hashes, each once. */
export interface Subjects {
  /** A value of data that was read; null and undefined are nobody. */
  add(value: unknown): void;
  /** A value as it stands in a body: the bytes between its quotes, without escapes. */
  addBytes(bytes: Buffer, from: number, end: number): void;
  /** Forgets whom it has noted: it was not given. */
  clear(): void;
  readonly hashes: readonly string[];
}

/** Where nobody wants to know. */
export const NO_SUBJECTS: Subjects = {
  add: () => undefined,
  addBytes: () => undefined,
  clear: () => undefined,
  hashes: [],
};

const KEPT = 16_384;
const SLOTS = 4 * KEPT;
/** Longer values are hashed each time. */
const MOST_BYTES = 64;
const ARENA_BYTES = 32 * KEPT;

/**
 * The hashes of the subjects that were seen last, found by their bytes: an answer may be about thousands, and a string of
 * each, looked up in one `Map` and kept in one `Set`, cost more than reading the answer. When it is full it begins anew.
 */
export class SubjectTable {
  readonly #compute: (text: string) => string;
  /** Open addressing: number of the entry, plus one; 0 is free. */
  readonly #slots = new Int32Array(SLOTS);
  readonly #arena = Buffer.alloc(ARENA_BYTES);
  /** Where the bytes of each entry end; they begin where those of the one before end. */
  readonly #ends = new Int32Array(KEPT);
  /** In which gathering an entry was noted last. */
  readonly #marks = new Float64Array(KEPT);
  readonly #hashes: string[] = [];
  #gathering = 0;
  /** How often it has begun anew. */
  #epoch = 0;

  constructor(compute: (text: string) => string) {
    this.#compute = compute;
  }

  hashOf(text: string): string {
    const subjects = this.gather();
    subjects.add(text);
    return subjects.hashes[0] ?? '';
  }

  /** Gathers whom an answer is about. */
  gather(): Subjects {
    return new Gathering(this);
  }

  /** Notes a value, as bytes, in a gathering of this table. */
  note(gathering: Gathering, bytes: Buffer, from: number, end: number): void {
    if (gathering.number === 0) {
      gathering.number = ++this.#gathering;
      gathering.epoch = this.#epoch;
    }
    const { number, epoch, found } = gathering;
    const entry = this.#entryOf(bytes, from, end);
    if (entry < 0) {
      gathering.isEachOnce = false;
      found.push(this.#compute(bytes.toString('utf8', from, end)));
      return;
    }
    if (this.#marks[entry] === number) return;
    if (number === this.#gathering && epoch === this.#epoch) this.#marks[entry] = number;
    else gathering.isEachOnce = false; // The marks are another's by now.
    found.push(this.#hashes[entry] ?? '');
  }

  /** The entry of these bytes, made when there is none; -1 for what is too long to be kept. */
  #entryOf(bytes: Buffer, from: number, end: number): number {
    const length = end - from;
    if (length > MOST_BYTES) return -1;
    let slot = slotOf(bytes, from, end);
    for (let entry = this.#slots[slot] ?? 0; entry > 0; entry = this.#slots[slot] ?? 0) {
      if (this.#isAt(entry - 1, bytes, from, length)) return entry - 1;
      slot = (slot + 1) & (SLOTS - 1);
    }
    const entry = this.#hashes.length;
    const begin = entry === 0 ? 0 : (this.#ends[entry - 1] ?? 0);
    if (entry === KEPT || begin + length > ARENA_BYTES) {
      this.#beginAnew();
      return this.#entryOf(bytes, from, end);
    }
    this.#hashes.push(this.#compute(bytes.toString('utf8', from, end)));
    bytes.copy(this.#arena, begin, from, end);
    this.#ends[entry] = begin + length;
    this.#marks[entry] = 0;
    this.#slots[slot] = entry + 1;
    return entry;
  }

  #isAt(entry: number, bytes: Buffer, from: number, length: number): boolean {
    const begin = entry === 0 ? 0 : (this.#ends[entry - 1] ?? 0);
    if ((this.#ends[entry] ?? 0) - begin !== length) return false;
    for (let at = 0; at < length; at++) if (this.#arena[begin + at] !== bytes[from + at]) return false;
    return true;
  }

  #beginAnew(): void {
    this.#slots.fill(0);
    this.#hashes.length = 0;
    this.#epoch++;
  }
}

/** Whom one answer is about, as a table finds it. A class: an object with a getter of its own costs a hidden class each time. */
class Gathering implements Subjects {
  readonly #table: SubjectTable;
  readonly found: string[] = [];
  /** Its number and the table's epoch, once it has noted anybody. */
  number = 0;
  epoch = 0;
  /** Marks tell who comes for the first time, unless another gathering begins in between, which is rare. */
  isEachOnce = true;

  constructor(table: SubjectTable) {
    this.#table = table;
  }

  add(value: unknown): void {
    if (value === null || value === undefined) return;
    const bytes = Buffer.from(String(value));
    this.#table.note(this, bytes, 0, bytes.length);
  }

  addBytes(bytes: Buffer, from: number, end: number): void {
    this.#table.note(this, bytes, from, end);
  }

  clear(): void {
    this.found.length = 0;
    this.number = 0;
    this.isEachOnce = true;
  }

  get hashes(): readonly string[] {
    return this.isEachOnce ? this.found : [...new Set(this.found)];
  }
}

/** FNV-1a, begun at a number that nobody outside knows: no list of values falls into one place by design. */
function slotOf(bytes: Buffer, from: number, end: number): number {
  let hash = SEED;
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

const SEED = randomInt(2 ** 32) | 0;
