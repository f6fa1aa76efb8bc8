import { type Finding, type Subgraph, UNCHANGED } from '../../registry/index.ts';
import type { Database } from '../../store/index.ts';
import { beginChange, readCurrent, readPublication, writePublication } from './publications.ts';
import { isIntact, subgraphOf } from './versions.ts';

/** A publication as the store has it, for whoever has no gateway to ask. */
export interface ListedPublication {
  readonly id: string;
  readonly number: number;
  readonly what: string;
  readonly subgraph: string | null;
  readonly at: string;
  readonly reason: string | null;
  readonly isLive: boolean;
  /** `TAKEN_UP` by some instance, `FAILED` at all that tried, or `UNTRIED`. */
  readonly takenUp: 'TAKEN_UP' | 'FAILED' | 'UNTRIED';
  readonly failure: string | null;
}

/** The latest publications of a store, the newest first. */
export async function listPublications(
  database: Database,
  most: number,
): Promise<readonly ListedPublication[]> {
  const rows = await database.query(
    `select p.*, coalesce(c.publication = p.id, false) as is_live,
       (select bool_or(t.failure is null) from publication_take_ups t where t.publication = p.id) as was_taken_up,
       (select t.failure from publication_take_ups t where t.publication = p.id and t.failure is not null order by t.at desc limit 1) as failure
     from publications p left join current_publication c on c.publication = p.id order by p.number desc limit $1`,
    [most],
  );
  return rows.map((row) => ({
    id: String(row.id),
    number: Number(row.number),
    what: String(row.what),
    subgraph: row.subgraph === null ? null : String(row.subgraph),
    at: row.at instanceof Date ? row.at.toISOString() : '',
    reason: row.reason === null ? null : String(row.reason),
    isLive: row.is_live === true,
    takenUp: row.was_taken_up === null ? 'UNTRIED' : row.was_taken_up === true ? 'TAKEN_UP' : 'FAILED',
    failure: row.failure === null ? null : String(row.failure),
  }));
}

export interface OfflineRollback {
  readonly database: Database;
  /** The number of the publication that is to be live again; by default the latest that some instance has taken up. */
  readonly number: number | null;
  readonly reason: string;
  readonly operator: string;
  nextId(): string;
  now(): number;
  /** Why it could not be taken up. */
  rehearse(subgraphs: readonly Subgraph[], supergraphSdl: string): Promise<readonly Finding[]>;
}

/** Who does what is done to the store without a gateway. */
const DEPARTMENT = 'offline';

/** Makes an earlier publication live again, as a publication of its own; gives its number, or why it could not be taken up. */
export async function rollBackOffline(
  parts: OfflineRollback,
): Promise<{ readonly number: number; readonly to: number } | { readonly findings: readonly Finding[] }> {
  const { database, reason, operator } = parts;
  const current = await readCurrent(database);
  const all = await listPublications(database, 1_000);
  const target = all.find(({ number, isLive, takenUp }) =>
    parts.number === null ? !isLive && takenUp === 'TAKEN_UP' : number === parts.number,
  );
  if (!target)
    throw new Error(
      '没有这样的发布。请查看 liancha publication list --offline。 There is no such publication to go back to.',
    );
  const { versions, supergraphSdl, publication } = await readPublication(database, target.id);
  const broken = versions.find((one) => !isIntact(one));
  if (broken)
    throw new Error(
      `子图 ${broken.subgraph} 第 ${broken.number} 版与发布时不同，请恢复数据库备份。 A version is not what was published: restore the database.`,
    );
  const findings = await parts.rehearse(
    versions.map((one) => subgraphOf(one, (code) => code)),
    supergraphSdl,
  );
  if (findings.length > 0) return { findings };
  const number = await database.transaction(async (transaction) => {
    await beginChange(transaction, current?.publication.number ?? 0);
    const at = new Date(parts.now());
    const row = {
      id: parts.nextId(),
      what: 'ROLL_BACK',
      subgraph: null,
      department: DEPARTMENT,
      operator,
      reason,
      at,
    } as const;
    // All of it was live together: what owners had said then, and had consented to.
    const composed = { revision: publication.revision, supergraphSdl, ownership: UNCHANGED };
    return writePublication(parts, transaction, row, versions, composed);
  });
  return { number, to: target.number };
}
