import { bigEndian, type Chunk, type Piece, packChunk } from './chunk.ts';
import { createEntryReader, type Entry, type Kind } from './entry.ts';
import { type Durable, type LedgerFolders, type Position, readRecords } from './records.ts';
import { SubjectKeys } from './subject-keys.ts';

/** Records as they go into the tables with one statement: each column as the text of one PostgreSQL array. */
export interface Batch {
  readonly from: Position;
  readonly to: Position;
  readonly records: number;
  /** It has taken as much as it may: there is probably more. */
  readonly isFull: boolean;
  readonly kinds: readonly Kind[];
  readonly columns: readonly string[];
  /** Subjects of all records, 8 bytes each. */
  readonly subjects: Uint8Array<ArrayBuffer>;
  /** The subjects of all records that are in no chunk yet, those of this batch included, when they are enough for one. */
  readonly chunk: Chunk | null;
}

/** What one batch takes at most: what is asked of the database in between waits for it. */
export interface Most {
  readonly records: number;
  readonly subjects: number;
}
const MOST: Most = { records: 4_000, subjects: 200_000 };
/** A search looks into every chunk, and through all records behind the last one. */
const CHUNK_SUBJECTS = 262_144;

/** Reads batches of a ledger. */
export function createBatchReader(folders: LedgerFolders, chunkSubjects = CHUNK_SUBJECTS) {
  const read = createEntryReader();
  const space = { bytes: Buffer.alloc(0) };
  const open = new OpenPiece();
  return {
    /** Says what the database holds in no chunk; to be told before the first batch, and again when one was not stored. */
    begin(unpacked: Piece): void {
      open.clear();
      open.keys.addAll(unpacked.keys);
      open.add(unpacked.records, unpacked.counts);
    },
    /** Null when everything durable has been read. */
    next(from: Position, durable: Durable, most: Most = MOST): Batch | null {
      const { keys } = open;
      const entries: Entry[] = [];
      const records: number[] = [];
      const counts: number[] = [];
      const kinds = new Map<string, Kind>();
      const before = keys.count;
      let to = from;
      let isFull = false;
      for (const step of readRecords(folders, from, durable, space)) {
        to = step.next;
        if (step.bytes === null) continue;
        const place = step.next.records - 1;
        const already = keys.count;
        const entry = readEntry(step.bytes, place);
        entries.push(entry);
        records.push(place);
        counts.push(keys.count - already);
        kinds.set(entry.kind.id, entry.kind);
        isFull = entries.length >= most.records || keys.count - before >= most.subjects;
        if (isFull) break;
      }
      if (to === from) return null;
      open.add(records, counts);
      const subjects = bigEndian(keys.since(before));
      const columns = columnsOf(entries, records, counts);
      const batch = {
        from,
        to,
        records: entries.length,
        isFull,
        kinds: [...kinds.values()],
        columns,
        subjects,
      };
      if (keys.count < chunkSubjects) return { ...batch, chunk: null };
      const chunk = packChunk(open.piece());
      open.clear();
      return { ...batch, chunk };
    },
  };

  function readEntry(bytes: Buffer, place: number): Entry {
    try {
      return read(bytes, open.keys);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`record ${place} cannot be read: ${reason}`);
    }
  }
}

/** Grows until there is enough of it for a chunk. */
class OpenPiece {
  readonly keys = new SubjectKeys();
  readonly #records: number[] = [];
  readonly #counts: number[] = [];

  /** Whose the last keys are; a record without subjects is in no chunk. */
  add(records: readonly number[], counts: readonly number[]): void {
    for (const [index, count] of counts.entries()) {
      if (count === 0) continue;
      this.#records.push(records[index] ?? 0);
      this.#counts.push(count);
    }
  }

  clear(): void {
    this.keys.cut(0);
    this.#records.length = 0;
    this.#counts.length = 0;
  }

  piece(): Piece {
    return { records: this.#records, counts: this.#counts, keys: this.keys.since(0) };
  }
}

/** In the order of the statement in `index-writer.ts`. */
function columnsOf(
  entries: readonly Entry[],
  records: readonly number[],
  counts: readonly number[],
): string[] {
  const column = (value: (entry: Entry) => string): string => `{${entries.map(value).join(',')}}`;
  let end = 0;
  const ends = counts.map((count) => (end += count));
  return [
    column(({ columns }) => columns.id),
    column(({ kind }) => kind.id),
    `{${records.join(',')}}`,
    column(({ columns }) => columns.time),
    column(({ columns }) => columns.operator),
    column(({ columns }) => columns.matter),
    column(({ columns }) => columns.rows),
    column(({ columns }) => columns.operation),
    `{${counts.join(',')}}`,
    `{${ends.join(',')}}`,
  ];
}
