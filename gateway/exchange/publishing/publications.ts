import type { Composed } from '../../registry/index.ts';
import type { Database, Queryable, Row } from '../../store/index.ts';
import { takeEffect } from '../consents/take-effect.ts';
import { notFound } from '../refused.ts';
import { type Version, versionOf } from './versions.ts';

/** Serialises whatever changes what is live, in all instances. */
const LOCK = 5_120_160_907;

/** Channel on which the number of each new publication is told. */
export const CHANNEL = 'publications';

export type What = 'BEGIN' | 'PUBLISH' | 'PROMOTE' | 'ROLL_BACK' | 'RETIRE';

/** One state of what was live together: who brought it about, when and why. Never changes. */
export interface PublicationRow {
  readonly id: string;
  readonly number: number;
  readonly what: What;
  /** The subgraph that it was about; null when it was about all. */
  readonly subgraph: string | null;
  readonly revision: string;
  readonly department: string;
  readonly operator: string;
  readonly reason: string | null;
  readonly at: Date;
}

/** A publication with what it is made of. */
export interface LiveState {
  readonly publication: PublicationRow;
  readonly versions: readonly Version[];
  readonly supergraphSdl: string;
}

export function publicationOf(row: Row): PublicationRow {
  return {
    id: String(row.id),
    number: Number(row.number),
    what: String(row.what) as What,
    subgraph: row.subgraph === null ? null : String(row.subgraph),
    revision: String(row.revision),
    department: String(row.department),
    operator: String(row.operator),
    reason: row.reason === null ? null : String(row.reason),
    at: row.at as Date,
  };
}

/** What is live; null before the first start. */
export async function readCurrent(from: Queryable): Promise<LiveState | null> {
  const [row] = await from.query(
    'select p.* from current_publication c join publications p on p.id = c.publication',
  );
  return row ? readState(from, publicationOf(row)) : null;
}

export async function readPublication(from: Queryable, id: string): Promise<LiveState> {
  const [row] = await from.query('select * from publications where id = $1', [id]);
  if (!row) throw notFound('发布 publication', id);
  return readState(from, publicationOf(row));
}

async function readState(from: Queryable, publication: PublicationRow): Promise<LiveState> {
  const versions = await from.query(
    `select v.* from publication_versions p join subgraph_versions v on v.id = p.version
     where p.publication = $1 order by v.subgraph`,
    [publication.id],
  );
  const [supergraph] = await from.query('select sdl from supergraphs where revision = $1', [
    publication.revision,
  ]);
  return { publication, versions: versions.map(versionOf), supergraphSdl: String(supergraph?.sdl ?? '') };
}

/** The number of what is live, which is cheap to ask. */
export async function currentNumber(from: Queryable): Promise<number> {
  const [row] = await from.query(
    'select p.number from current_publication c join publications p on p.id = c.publication',
  );
  return Number(row?.number ?? 0);
}

/** What is live has changed since it was looked at: look again. */
export class Moved extends Error {}

/** Begins a change of what is live; throws `Moved` when `base` is not live any more. */
export async function beginChange(transaction: Queryable, base: number): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock($1)', [LOCK]);
  if ((await currentNumber(transaction)) !== base) throw new Moved();
}

/**
 * Writes a publication and makes it the current one; every instance is told at the commit. It uses up the consents that it needs: throws
 * `Moved` when one is missing, so that the check is made again and says so.
 */
export async function writePublication(
  { nextId }: { nextId(): string },
  transaction: Queryable,
  publication: Omit<PublicationRow, 'number' | 'revision'>,
  versions: readonly Version[],
  { revision, supergraphSdl, ownership }: Composed,
): Promise<number> {
  const { id, what, subgraph, department, operator, reason, at } = publication;
  if (!(await takeEffect(transaction, nextId, ownership, { department, operator, at }))) throw new Moved();
  await transaction.query('insert into supergraphs (revision, sdl) values ($1, $2) on conflict do nothing', [
    revision,
    supergraphSdl,
  ]);
  const [row] = await transaction.query(
    `insert into publications (id, number, what, subgraph, revision, department, operator, reason, at)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from publications returning number`,
    [id, what, subgraph, revision, department, operator, reason, at],
  );
  await transaction.query(
    'insert into publication_versions (publication, version) select $1, unnest($2::text[])',
    [id, versions.map((one) => one.id)],
  );
  await transaction.query(
    `insert into current_publication (publication) values ($1) on conflict (one) do update set publication = $1`,
    [id],
  );
  await transaction.query('select pg_notify($1, $2)', [CHANNEL, String(row?.number)]);
  return Number(row?.number);
}

/** Where a version stands: it waits, it is live, or it was. */
export type Standing = 'PUBLISHED' | 'LIVE' | 'RETIRED';

/** Versions of a subgraph, the newest first, each with where it stands. */
export async function readVersions(
  database: Database,
  subgraph: string,
): Promise<(Version & { readonly status: Standing })[]> {
  const rows = await database.query(
    `select v.*, exists (select 1 from current_publication c join publication_versions p on p.publication = c.publication
       where p.version = v.id) as is_live,
     exists (select 1 from publication_versions p where p.version = v.id) as was_live
     from subgraph_versions v where v.subgraph = $1 order by v.number desc`,
    [subgraph],
  );
  return rows.map((row) => ({
    ...versionOf(row),
    status: row.is_live ? 'LIVE' : row.was_live ? 'RETIRED' : 'PUBLISHED',
  }));
}
