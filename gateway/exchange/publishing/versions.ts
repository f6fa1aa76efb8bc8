import { createHash } from 'node:crypto';
import type { SchemaChange, Subgraph } from '../../registry/index.ts';
import type { Queryable, Row } from '../../store/index.ts';
import type { DepartmentCode } from '../../words.ts';

/** One version of a subgraph, as it was published. Never changes. */
export interface Version {
  readonly id: string;
  readonly subgraph: string;
  readonly number: number;
  readonly sdl: string;
  readonly digest: string;
  /** Null: where this instance's configuration says. */
  readonly url: string | null;
  readonly department: DepartmentCode;
  readonly operator: string;
  readonly reason: string | null;
  /** Codes and messages of findings that were overridden. */
  readonly forced: readonly { readonly code: string; readonly message: string }[];
  readonly diff: readonly SchemaChange[];
  readonly at: Date;
}

export function digestOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('base64url');
}

/** Is a version of the store what was published? */
export function isIntact({ sdl, digest }: Version): boolean {
  return digestOf(sdl) === digest;
}

export function versionOf(row: Row): Version {
  return {
    id: String(row.id),
    subgraph: String(row.subgraph),
    number: Number(row.number),
    sdl: String(row.sdl),
    digest: String(row.digest),
    url: row.url === null ? null : String(row.url),
    department: String(row.department) as DepartmentCode,
    operator: String(row.operator),
    reason: row.reason === null ? null : String(row.reason),
    forced: row.forced as Version['forced'],
    diff: row.diff as Version['diff'],
    at: row.at as Date,
  };
}

/** Writes the next version of a subgraph; a name that is new belongs to the department from now on. */
export async function insertVersion(
  transaction: Queryable,
  version: Omit<Version, 'number' | 'digest'>,
): Promise<Version> {
  const { id, subgraph, sdl, url, department, operator, reason, forced, diff, at } = version;
  await transaction.query(
    'insert into subgraphs (name, department, created_at) values ($1, $2, $3) on conflict do nothing',
    [subgraph, department, at],
  );
  const [row] = await transaction.query(
    `insert into subgraph_versions (id, subgraph, number, sdl, digest, url, department, operator, reason, forced, diff, at)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11
     from subgraph_versions where subgraph = $2 returning *`,
    [
      id,
      subgraph,
      sdl,
      digestOf(sdl),
      url,
      department,
      operator,
      reason,
      JSON.stringify(forced),
      JSON.stringify(diff),
      at,
    ],
  );
  if (!row) throw new Error('a version was not written');
  return versionOf(row);
}

export async function readVersion(
  from: Queryable,
  subgraph: string,
  number: number,
): Promise<Version | null> {
  const [row] = await from.query('select * from subgraph_versions where subgraph = $1 and number = $2', [
    subgraph,
    number,
  ]);
  return row ? versionOf(row) : null;
}

export async function readVersionById(from: Queryable, id: string): Promise<Version | null> {
  const [row] = await from.query('select * from subgraph_versions where id = $1', [id]);
  return row ? versionOf(row) : null;
}

/** Whose name it is; null when it is nobody's yet. */
export async function ownerOf(from: Queryable, subgraph: string): Promise<string | null> {
  const [row] = await from.query('select department from subgraphs where name = $1', [subgraph]);
  return row ? String(row.department) : null;
}

/** What a version is composed as. Where it runs is known to each instance: it is no part of what is published. */
export function subgraphOf(version: Version, nameOf: (code: string) => string): Subgraph {
  const { subgraph, sdl, url, department } = version;
  return {
    name: subgraph,
    sdl,
    url: url ?? configuredUrl(subgraph),
    provider: { code: department, name: nameOf(department) },
  };
}

/** Stands for the address that an instance's configuration gives. */
export function configuredUrl(subgraph: string): string {
  return `configured:${subgraph}`;
}
