import { z } from 'zod';
import type { Database, Row } from '../../store/index.ts';
import { Refusals } from './entry.ts';
import { findPlaces, type Place } from './places.ts';

/** Whose records are looked through. What is outside is not found, whatever the filter says. */
export type Scope =
  /** Everything, for who audits. */
  | { readonly kind: 'ALL' }
  /** What a department used itself. */
  | { readonly kind: 'USED'; readonly department: string }
  /** What was decided of a department's own data. */
  | { readonly kind: 'PROVIDED'; readonly department: string };

export interface DisclosureFilter {
  readonly id?: string | null | undefined;
  readonly department?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly operator?: string | null | undefined;
  readonly use?: string | null | undefined;
  readonly matter?: string | null | undefined;
  readonly coordinate?: string | null | undefined;
  /** Keyed hashes, one of which is among the record's subjects. */
  readonly subjects?: readonly string[] | null | undefined;
  /** Milliseconds since the epoch, `since <= time < until`. */
  readonly since?: number | null | undefined;
  readonly until?: number | null | undefined;
}

/** A record as search knows it. */
export interface FoundDisclosure {
  readonly id: string;
  readonly ledger: string;
  readonly record: number;
  readonly time: number;
  readonly department: string | null;
  readonly operator: string | null;
  readonly use: string | null;
  readonly matter: string | null;
  readonly operation: string;
  readonly operationName: string | null;
  readonly rows: number;
  readonly decisions: readonly FoundDecision[];
  readonly grants: readonly string[];
  /** Subgraph and outcome. */
  readonly calls: readonly (readonly [string, string])[];
  readonly errors: readonly string[];
  /** A record of many refusals says of how many. */
  readonly refusals: z.infer<typeof Refusals> | null;
}

const Decisions = z.array(
  z.object({
    coordinate: z.string(),
    effect: z.string(),
    provider: z.string().optional(),
    code: z.string().optional(),
    mask: z.string().optional(),
    policies: z.array(z.string()),
  }),
);
export type FoundDecision = z.infer<typeof Decisions>[number];
const Detail = z.object({
  grants: z.array(z.string()),
  calls: z.array(z.tuple([z.string(), z.string()])),
  errors: z.array(z.string()),
  refusals: Refusals.optional(),
});

/** A page of records, newest first; `limit` rows at most. */
export async function findDisclosures(
  database: Database,
  scope: Scope,
  filter: DisclosureFilter,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly Row[]> {
  const kinds = await findKinds(database, scope, filter);
  if (kinds.length === 0) return [];
  const { subjects } = filter;
  const places = isGiven(subjects) ? await findPlaces(database, subjects) : null;
  const { sql, parameters } = recordsQuery(kinds, places, filter, page);
  return database.query(sql, parameters);
}

/** Kinds are few: what a filter says of them is looked up first, and their records after it. */
async function findKinds(
  database: Database,
  scope: Scope,
  { department, provider, use, coordinate }: DisclosureFilter,
): Promise<readonly unknown[]> {
  const parameters: unknown[] = [];
  const conditions = ['true'];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  const own = scope.kind === 'PROVIDED' ? { provider: scope.department } : {};
  if (scope.kind === 'USED') where((one) => `department = ${one}`, scope.department);
  if (scope.kind === 'PROVIDED') where((one) => `decisions @> ${one}::jsonb`, JSON.stringify([own]));
  if (isGiven(department)) where((one) => `department = ${one}`, department);
  if (isGiven(use)) where((one) => `use = ${one}`, use);
  // Within one's own data only: what else was asked for along with it is no business of the provider's.
  if (isGiven(coordinate))
    where((one) => `decisions @> ${one}::jsonb`, JSON.stringify([{ coordinate, ...own }]));
  if (isGiven(provider)) {
    if (scope.kind === 'PROVIDED' && provider !== scope.department) return [];
    where((one) => `${one} = any(providers)`, provider);
  }
  const rows = await database.query(
    `select id from disclosure_kinds where ${conditions.join(' and ')}`,
    parameters,
  );
  return rows.map(({ id }) => id);
}

const COLUMNS = 'd.id, d.kind, d.ledger, d.record, d.time, d.operator, d.matter, d.rows, d.operation';

/**
 * The most telling of the given facts leads, by its own index; without one, each kind gives its newest and the newest of
 * these are taken. Written out, because the embedded database gathers no statistics to plan by.
 */
function recordsQuery(
  kinds: readonly unknown[],
  places: readonly Place[] | null,
  filter: DisclosureFilter,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const parameters: unknown[] = [kinds];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  const { id, operator, matter, since, until } = filter;
  if (isGiven(id)) where((one) => `d.id = ${one}::uuid`, id);
  if (isGiven(matter)) where((one) => `d.matter = ${one}`, matter);
  if (isGiven(operator)) where((one) => `d.operator = ${one}`, operator);
  if (isGiven(since)) {
    where((one) => `d.time >= ${one}`, since);
    where((one) => `d.id >= ${one}::uuid`, idAt(since - ID_SLACK_MS));
  }
  if (isGiven(until)) {
    where((one) => `d.time < ${one}`, until);
    where((one) => `d.id < ${one}::uuid`, idAt(until + ID_SLACK_MS));
  }
  if (after !== null) where((one) => `d.id < ${one}::uuid`, after);
  parameters.push(limit);
  const last = `$${parameters.length}`;
  const ofPlaces = `$${parameters.length + 1}::int[], $${parameters.length + 2}::bigint[]`;
  const all = conditions.map((one) => ` and ${one}`).join('');
  const newest = `order by d.id desc limit ${last}`;
  const ofAllKinds = `select ${COLUMNS} from disclosures d where d.kind = any($1::uuid[])${all}`;
  const ofEachKind = `select d.* from unnest($1::uuid[]) as k (id) cross join lateral (
    select ${COLUMNS} from disclosures d where d.kind = k.id${all} ${newest}) as d`;
  let found = ofEachKind;
  if (isGiven(id) || isGiven(matter) || isGiven(operator)) found = `${ofAllKinds} ${newest}`;
  if (places) {
    parameters.push(places.map(({ ledger }) => ledger));
    parameters.push(places.map(({ record }) => record));
    found = `select d.* from unnest(${ofPlaces}) as p (ledger, record) cross join lateral (
      ${ofAllKinds} and d.ledger = p.ledger and d.record = p.record limit 1) as d`;
  }
  // Materialised: a walk through all ids until enough fit would be endless for who is seldom asked about.
  const sql = `with found as materialized (${found})
    select d.id, i.ledger, d.record, d.time, d.operator, d.matter, d.rows, d.operation,
      k.department, k.use, k.operation_name, k.decisions, k.detail
    from (select * from found d ${newest}) as d
    join disclosure_kinds k on k.id = d.kind join ledger_index i on i.number = d.ledger
    order by d.id desc`;
  return { sql, parameters };
}

/** Ids carry the time at which they were made, which is a little before that of the record, or after it when the clock was set back. */
const ID_SLACK_MS = 86_400_000;

function idAt(time: number): string {
  const hex = Math.max(0, Math.min(time, 2 ** 48 - 1))
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

export function readFound(row: Row): FoundDisclosure {
  const { grants, calls, errors, refusals = null } = Detail.parse(row.detail);
  const text = (value: unknown): string | null =>
    value === null || value === undefined ? null : String(value);
  return {
    id: String(row.id),
    ledger: String(row.ledger),
    record: Number(row.record),
    time: Number(row.time),
    department: text(row.department),
    operator: text(row.operator),
    use: text(row.use),
    matter: text(row.matter),
    operation: String(row.operation),
    operationName: text(row.operation_name),
    rows: Number(row.rows),
    decisions: Decisions.parse(row.decisions),
    grants,
    calls,
    errors,
    refusals,
  };
}
