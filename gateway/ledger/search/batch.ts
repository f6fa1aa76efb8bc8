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
  const keys = new SubjectKeys();
  const space = { bytes: Buffer.alloc(0) };
  let open: Piece[] = [];
  return {
    /** Says what the database holds in no chunk; to be told before the first batch, and again when one was not stored. */
    begin(unpacked: readonly Piece[]): void {
      open = [...unpacked];
    },
    /** Null when everything durable has been read. */
    next(from: Position, durable: Durable, most: Most = MOST): Batch | null {
      const entries: Entry[] = [];
      const records: number[] = [];
      const counts: number[] = [];
      const kinds = new Map<string, Kind>();
      keys.cut(0);
      let to = from;
      let isFull = false;
      for (const step of readRecords(folders, from, durable, space)) {
        if (step.bytes === null) {
          to = step.next;
          continue;
        }
        const before = keys.count;
        const place = step.next.records - 1;
        const entry = readEntry(step.bytes, place);
        to = step.next;
        records.push(place);
        entries.push(entry);
        counts.push(keys.count - before);
        kinds.set(entry.kind.id, entry.kind);
        isFull = entries.length >= most.records || keys.count >= most.subjects;
        if (isFull) break;
      }
      if (to === from) return null;
      const piece = { records, counts, keys: keys.since(0) };
      return {
        from,
        to,
        records: entries.length,
        isFull,
        kinds: [...kinds.values()],
        columns: columnsOf(entries, piece),
        chunk: chunkWith(piece),
        subjects: bigEndian(keys.since(0)),
      };

      function readEntry(bytes: Buffer, place: number): Entry {
        try {
          return read(bytes, keys);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error(`record ${place} cannot be read: ${reason}`);
        }
      }
    },
  };

  function chunkWith(piece: Piece): Chunk | null {
    if (piece.keys.length > 0) open.push(piece);
    if (open.reduce((sum, { keys }) => sum + keys.length / 2, 0) < chunkSubjects) return null;
    const chunk = packChunk(open);
    open = [];
    return chunk;
  }
}

/** In the order of the statement in `index-writer.ts`. */
function columnsOf(entries: readonly Entry[], { records, counts }: Piece): string[] {
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
