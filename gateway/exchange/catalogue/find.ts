import type { Queryable } from '../../store/index.ts';
import type { SharingClass } from '../../words.ts';
import type { Entry } from './entry.ts';
import { entryOf } from './entry.ts';

export interface CatalogueFilter {
  /** Words that all have to stand in the entry, its items or its provider. */
  readonly search?: string | null;
  readonly status?: Entry['status'] | null;
  readonly class?: SharingClass | null;
  /** Code or name of the providing department. */
  readonly provider?: string | null;
  readonly base?: string | null;
  readonly theme?: string | null;
  readonly updatePeriod?: string | null;
}

/** Conditions of a filter, for a `where`; drafts are for their own department only. */
export async function findEntries(
  database: Queryable,
  filter: CatalogueFilter,
  viewer: string,
  codeOf: (provider: string) => string,
  page: { readonly limit: number; readonly after: string | null },
) {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === null || value === undefined) return;
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  where((p) => `(status <> 'DRAFT' or provider = ${p})`, viewer);
  where((p) => `status = ${p}`, filter.status ?? 'LIVE');
  for (const word of (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean))
    where((p) => `words like ${p}`, `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  where((p) => `entry @> ${p}::jsonb`, filter.class && JSON.stringify({ items: [{ class: filter.class }] }));
  where((p) => `provider = ${p}`, filter.provider && codeOf(filter.provider));
  for (const element of ['base', 'theme', 'updatePeriod'] as const)
    where((p) => `entry ->> '${element}' = ${p}`, filter[element]);
  where((p) => `code > ${p}`, page.after);
  parameters.push(page.limit);
  return database.query(
    `select * from catalogue_entries where ${conditions.join(' and ')} order by code limit $${parameters.length}`,
    parameters,
  );
}

export async function findEntry(database: Queryable, code: string, viewer: string): Promise<Entry | null> {
  const [row] = await database.query(
    "select * from catalogue_entries where code = $1 and (status <> 'DRAFT' or provider = $2)",
    [code, viewer],
  );
  return row ? entryOf(row) : null;
}

/** Every entry that is live, for exports. */
export async function liveEntries(database: Queryable): Promise<Entry[]> {
  return (await database.query("select * from catalogue_entries where status = 'LIVE' order by code")).map(
    entryOf,
  );
}
