import { createHash } from 'node:crypto';
import { z } from 'zod';

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

/** One record, ready for the tables. */
export interface Entry {
  readonly record: Indexed;
  readonly kind: string;
  readonly subjects: readonly string[];
}

const KEPT_KINDS = 5_000;

/** Reads records; kinds that were met before are found by their text. */
export function createEntryReader(): (text: string) => { readonly entry: Entry; readonly kind: Kind } {
  const kinds = new Map<string, Kind>();
  return (text) => {
    const record = Indexed.parse(JSON.parse(text));
    const { department, use, operationName, decisions, grants, providers, errors } = record;
    const calls = providers.map(({ subgraph, outcome }) => [subgraph, outcome]);
    const common = JSON.stringify([department, use, operationName, decisions, grants, calls, errors]);
    let kind = kinds.get(common);
    if (!kind) {
      kind = kindOf(record, common, JSON.stringify({ grants, calls, errors }));
      if (kinds.size >= KEPT_KINDS) kinds.clear();
      kinds.set(common, kind);
    }
    return { entry: { record, kind: kind.id, subjects: record.subjects.map(subjectNumber) }, kind };
  };
}

function kindOf(record: Indexed, common: string, detail: string): Kind {
  const { department, use, operationName, decisions } = record;
  const hex = createHash('sha256').update(common).digest('hex');
  const providers = new Set(decisions.flatMap(({ provider }) => (provider === undefined ? [] : [provider])));
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`,
    department,
    use,
    operationName,
    decisions: JSON.stringify(decisions),
    providers: [...providers],
    detail,
  };
}

/** A subject in the index: the first 64 bits of its keyed hash, as PostgreSQL's `bigint` writes them. */
export function subjectNumber(hash: string): string {
  return Buffer.from(hash, 'base64url').readBigInt64BE(0).toString();
}
