import { z } from 'zod';
import type { Queryable } from '../../store/index.ts';
import { type Decision, USES, type Use } from '../../words.ts';

/** Queries of one department that were the same operation for the same use, and were decided alike. */
export interface AskedKind {
  readonly operation: string;
  readonly operationName: string | null;
  readonly use: Use;
  readonly queries: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
  readonly decisions: readonly { readonly coordinate: string; readonly effect: Decision['effect'] }[];
}

const Kind = z.object({
  operation: z.string(),
  operation_name: z.string().nullable(),
  use: z.enum(USES),
  queries: z.number(),
  last_at: z.number(),
  decisions: z.array(z.object({ coordinate: z.string(), effect: z.enum(['ALLOW', 'MASK', 'DENY']) })),
});

/** Different queries that are looked at, the most frequent first. */
const MOST_KINDS = 1_000;

/** What a department has asked since an instant, from the index of the ledger; queries that are alike are counted together. */
export async function askedSince(
  database: Queryable,
  department: string,
  since: number,
): Promise<readonly AskedKind[]> {
  const rows = await database.query(
    `select d.operation, k.operation_name, k.use, k.decisions, count(*) as queries, max(d.time) as last_at
     from disclosure_kinds k join disclosures d on d.kind = k.id
     where k.department = $1 and k.use is not null and d.id >= $2::uuid
     group by k.id, d.operation order by queries desc, last_at desc limit $3`,
    [department, firstIdOf(since), MOST_KINDS],
  );
  return rows.map((row) => {
    const { operation_name, last_at, ...same } = Kind.parse(row);
    return { ...same, operationName: operation_name, lastAt: last_at };
  });
}

/** Ids of disclosures begin with their time (RFC 9562 §5.7). */
function firstIdOf(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
