import type { Entry, Kind } from './entry.ts';
import { createEntryReader } from './entry.ts';
import { type Durable, type LedgerFolders, type Position, readRecords } from './records.ts';

/** Records as they go into the tables with one statement: each column as the text of one PostgreSQL array. */
export interface Batch {
  readonly from: Position;
  readonly to: Position;
  readonly records: number;
  readonly kinds: readonly Kind[];
  readonly columns: readonly string[];
}

/** Bounds of a batch: what is asked of the database in between waits for it. */
const MOST_RECORDS = 500;
const MOST_SUBJECTS = 20_000;

/** Reads batches of a ledger. `next` is null when everything durable has been read. */
export function createBatchReader(folders: LedgerFolders) {
  const read = createEntryReader();
  return {
    next(from: Position, durable: Durable): Batch | null {
      const entries: Entry[] = [];
      const kinds = new Map<string, Kind>();
      let subjects = 0;
      let to = from;
      for (const step of readRecords(folders, from, durable)) {
        to = step.next;
        if (step.text === null) continue;
        const { entry, kind } = read(step.text);
        entries.push(entry);
        kinds.set(kind.id, kind);
        subjects += entry.subjects.length;
        if (entries.length >= MOST_RECORDS || subjects >= MOST_SUBJECTS) break;
      }
      if (to === from) return null;
      const first = to.records - entries.length;
      return {
        from,
        to,
        records: entries.length,
        kinds: [...kinds.values()],
        columns: columnsOf(entries, first),
      };
    },
  };
}

/** In the order of the statement in `index-writer.ts`. */
function columnsOf(entries: readonly Entry[], first: number): string[] {
  const column = (value: (entry: Entry, index: number) => string | number | null): string =>
    arrayText(entries.map(value));
  return [
    column(({ record }) => record.id),
    column(({ kind }) => kind),
    column((_, index) => first + index),
    column(({ record }) => record.time),
    column(({ record }) => record.operator),
    column(({ record }) => record.matter),
    column(({ record }) => record.rows),
    column(({ record }) => record.operation),
    column(({ subjects }) => `{${subjects.join(',')}}`),
  ];
}

/** PostgreSQL's text of an array; it has no character 0. */
export function arrayText(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoted(String(value)))).join(',')}}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\0', '\uFFFD').replace(/["\\]/g, '\\$&')}"`;
}
