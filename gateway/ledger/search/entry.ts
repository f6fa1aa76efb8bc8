import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { elementText } from './array-text.ts';
import { type RecordSlices, sliceRecord } from './record-slices.ts';
import { addSubject, addSubjects, type SubjectKeys } from './subject-keys.ts';

/** Of how many refusals a record is, and from how many callers. */
export const Refusals = z.object({ count: z.number(), since: z.number(), callers: z.number() });

/** What search keeps of a record; the files keep all of it. */
const Indexed = z.object({
  id: z.uuid(),
  time: z.number(),
  department: z.string().nullable(),
  operator: z.string().nullable(),
  use: z.string().nullable(),
  matter: z.string().nullable(),
  operation: z.string(),
  operationName: z.string().nullable(),
  decisions: z.array(
    z.object({
      coordinate: z.string(),
      effect: z.string(),
      provider: z.string().optional(), // Format 2 does not have it.
      code: z.string().optional(),
      mask: z.string().optional(),
      policies: z.array(z.string()),
    }),
  ),
  grants: z.array(z.string()),
  providers: z.array(z.object({ subgraph: z.string(), outcome: z.string() })),
  rows: z.number(),
  subjects: z.array(z.string()),
  errors: z.array(z.string()),
  refusals: Refusals.optional(),
});
type Indexed = z.infer<typeof Indexed>;

/** What many records have in common, under the name that its content gives it. */
export interface Kind {
  readonly id: string;
  readonly department: string | null;
  readonly use: string | null;
  readonly operationName: string | null;
  readonly decisions: string;
  readonly providers: readonly string[];
  readonly detail: string;
}

/** One record, ready for the tables: each column as PostgreSQL writes it in an array. */
export interface Columns {
  readonly id: string;
  readonly time: string;
  readonly operator: string;
  readonly matter: string;
  readonly rows: string;
  readonly operation: string;
}
export interface Entry {
  readonly columns: Columns;
  readonly kind: Kind;
}

const KEPT_KINDS = 5_000;

/**
 * Reads records, adding their subjects to `keys`. A record is taken apart by its text when our own writer has put it in the usual
 * order and what it has in common with others was met before; otherwise it is parsed, and then both readings must agree before
 * the next one like it is taken apart.
 */
export function createEntryReader(): (bytes: Buffer, keys: SubjectKeys) => Entry {
  const kinds = new Map<string, Kind>();
  return (bytes, keys) => {
    const before = keys.count;
    const slices = sliceRecord(bytes);
    const isUsual = slices !== null && addSubjects(keys, bytes, slices.subjects.begin, slices.subjects.end);
    if (!isUsual) return parseEntry(bytes, keys);
    const known = kinds.get(slices.common);
    if (known) return { columns: columnsOfSlices(slices), kind: known };
    const sliced = keys.since(before);
    keys.cut(before);
    const entry = parseEntry(bytes, keys);
    const text = bytes.toString('utf8');
    const isSame =
      JSON.stringify(JSON.parse(text)) === text && // No member stands twice.
      isDeepStrictEqual(entry.columns, columnsOfSlices(slices)) &&
      isDeepStrictEqual(keys.since(before), sliced);
    if (isSame) {
      if (kinds.size >= KEPT_KINDS) kinds.clear();
      kinds.set(slices.common, entry.kind);
    }
    return entry;
  };
}

function columnsOfSlices({ id, time, operator, matter, rows, operation }: RecordSlices): Columns {
  return { id, time, operator, matter, rows, operation };
}

/** Reads any record, whatever the order of its members; throws when it is none. */
export function parseEntry(bytes: Buffer, keys: SubjectKeys): Entry {
  const record = Indexed.parse(JSON.parse(bytes.toString('utf8')));
  for (const subject of record.subjects) addSubject(keys, subject);
  const { id, time, operator, matter, rows, operation } = record;
  return {
    columns: {
      id,
      time: String(time),
      operator: elementText(operator),
      matter: elementText(matter),
      rows: String(rows),
      operation: elementText(operation),
    },
    kind: kindOf(record),
  };
}

function kindOf(record: Indexed): Kind {
  const { department, use, operationName, decisions, grants, errors, providers, refusals } = record;
  const calls = providers.map(({ subgraph, outcome }) => [subgraph, outcome]);
  const common = JSON.stringify([
    department,
    use,
    operationName,
    decisions,
    grants,
    calls,
    errors,
    ...(refusals ? [refusals] : []),
  ]);
  const hex = createHash('sha256').update(common).digest('hex');
  const responsible = new Set(decisions.flatMap(({ provider }) => provider ?? []));
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`,
    department,
    use,
    operationName,
    decisions: JSON.stringify(decisions),
    providers: [...responsible],
    detail: JSON.stringify({ grants, calls, errors, ...(refusals && { refusals }) }),
  };
}
