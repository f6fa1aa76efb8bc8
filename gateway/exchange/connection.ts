import type { Row } from '../store/index.ts';
import { badInput } from './refused.ts';

/** A page of a list as the caller asks for it (GraphQL Cursor Connections). */
export interface PageInput {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const USUAL = 20;
const MOST = 100;

/** How many rows to read and after which id. Lists are ordered by id, newest first: ids carry their time. */
export function readPage({ first, after }: PageInput): {
  readonly limit: number;
  readonly after: string | null;
} {
  const limit = first ?? USUAL;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw badInput(`first: 1–${MOST}`);
  return { limit, after: after ? readCursor(after) : null };
}

/** An id, as a cursor hides it. */
function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^[\x21-\x7E]{1,200}$/.test(id)) throw badInput('after: 不是游标 is no cursor');
  return id;
}

/**
 * A connection from rows that were read with one more than `limit`, so that it is known whether more follow:
 * `… where ($1::text is null or id < $1) order by id desc limit $2`, with `after` and `limit + 1`.
 */
export function connectionOf<Node extends { readonly id: string }>(
  rows: readonly Row[],
  page: { readonly limit: number; readonly after: string | null },
  nodeOf: (row: Row) => Node,
): Connection<Node> {
  const edges = rows.slice(0, page.limit).map((row) => {
    const node = nodeOf(row);
    return { node, cursor: Buffer.from(node.id).toString('base64url') };
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.limit,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
