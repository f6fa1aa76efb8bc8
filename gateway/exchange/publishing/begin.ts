import { type Composed, UNCHANGED } from '../../registry/index.ts';
import type { Database, Queryable } from '../../store/index.ts';
import type { DepartmentCode } from '../../words.ts';
import { beginChange, type LiveState, readCurrent, writePublication } from './publications.ts';
import { digestOf, insertVersion, type Version } from './versions.ts';

/** A subgraph that the configuration names. */
export interface ConfiguredSubgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
  readonly department: DepartmentCode;
}

export interface BeginParts {
  readonly database: Database;
  readonly configured: readonly ConfiguredSubgraph[];
  /** Files and addresses of the configuration are followed at each start, as the demonstration's change. */
  readonly followsConfiguration: boolean;
  nextId(): string;
  now(): number;
}

/** Who publishes what the configuration names. */
const OPERATOR = 'configuration';

/** What the configuration would have live. */
export interface Beginning {
  readonly versions: readonly Version[];
  /** Is nothing published yet? Then there is nothing else to serve. */
  readonly isFirst: boolean;
  /** Writes it as a publication, once it has been taken up; gives what is live then, which may be another instance's beginning. */
  write(composed: Omit<Composed, 'ownership'>): Promise<LiveState>;
}

/**
 * What the configuration changes of what is live, before it is written: at the first start its subgraphs, which become their first
 * versions. Null where that is nothing.
 */
export async function beginningOf(parts: BeginParts): Promise<Beginning | null> {
  const state = await readCurrent(parts.database);
  if (!state && (await isBegun(parts.database))) return null; // Which is live has been lost: not begun anew.
  const planted = await missing(parts, state);
  if (state && planted.length === 0) return null;
  const kept = (state?.versions ?? []).filter((one) => !planted.some(({ name }) => name === one.subgraph));
  const added = planted.map((one) => asVersion(parts, one));
  return {
    versions: [...kept, ...added],
    isFirst: state === null,
    async write(composed) {
      await parts.database
        .transaction(async (transaction) => {
          await beginChange(transaction, state?.publication.number ?? 0);
          const versions: Version[] = [];
          for (const one of added) versions.push(await insertVersion(transaction, one));
          const row = {
            id: parts.nextId(),
            what: 'BEGIN',
            subgraph: null,
            department: planted[0]?.department ?? '',
            operator: OPERATOR,
            reason: null,
            at: new Date(parts.now()),
          } as const;
          // The configuration is the platform's own: its subgraphs are the beginning, against which others' publications are held.
          const beginning = { ...composed, ownership: UNCHANGED };
          await writePublication(parts, transaction, row, [...kept, ...versions], beginning);
        })
        .catch(async (error: unknown) => {
          // Another instance has begun at the same moment.
          if ((await readCurrent(parts.database)) === null) throw error;
        });
      const begun = await readCurrent(parts.database);
      if (!begun) throw new Error('nothing has been published');
      return begun;
    },
  };
}

async function isBegun(from: Queryable): Promise<boolean> {
  return (await from.query('select 1 from publications limit 1')).length > 0;
}

/** Subgraphs of the configuration that the store does not have, or has in an older version of the same files. */
async function missing(parts: BeginParts, state: LiveState | null): Promise<readonly ConfiguredSubgraph[]> {
  if (!state) return parts.configured;
  if (!parts.followsConfiguration) return [];
  const found: ConfiguredSubgraph[] = [];
  for (const one of parts.configured) {
    const last = await lastVersion(parts.database, one.name);
    if (last === null || (last.operator === OPERATOR && last.digest !== digestOf(one.sdl))) found.push(one);
  }
  return found;
}

async function lastVersion(from: Queryable, subgraph: string) {
  const [row] = await from.query(
    'select operator, digest from subgraph_versions where subgraph = $1 order by number desc limit 1',
    [subgraph],
  );
  return row ? { operator: String(row.operator), digest: String(row.digest) } : null;
}

function asVersion(parts: BeginParts, { name, sdl, url, department }: ConfiguredSubgraph): Version {
  return {
    id: parts.nextId(),
    subgraph: name,
    number: 0,
    sdl,
    digest: digestOf(sdl),
    url: parts.followsConfiguration ? null : url,
    department,
    operator: OPERATOR,
    reason: null,
    forced: [],
    diff: [],
    at: new Date(parts.now()),
  };
}
