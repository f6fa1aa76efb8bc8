import { type Composer, type Subgraph, UNCHANGED } from '../../registry/index.ts';
import type { Database, Queryable } from '../../store/index.ts';
import type { DepartmentCode } from '../../words.ts';
import { beginChange, type LiveState, readCurrent, writePublication } from './publications.ts';
import { digestOf, insertVersion, subgraphOf, type Version } from './versions.ts';

/** A subgraph that the configuration names. */
export interface ConfiguredSubgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
  readonly department: DepartmentCode;
}

export interface BeginParts {
  readonly database: Database;
  readonly composer: Pick<Composer, 'prepare'>;
  readonly configured: readonly ConfiguredSubgraph[];
  /** Files and addresses of the configuration are followed at each start, as the demonstration's change. */
  readonly followsConfiguration: boolean;
  nextId(): string;
  now(): number;
  nameOf(department: string): string;
}

/** Who publishes what the configuration names. */
const OPERATOR = 'configuration';

/**
 * What is live at a start: what the store says; at the first start the subgraphs of the configuration, which become its first
 * versions. Throws when there is nothing, or when it does not compose.
 */
export async function beginPublishing(parts: BeginParts): Promise<LiveState> {
  const state = await readCurrent(parts.database);
  const planted = await missing(parts, state);
  if (state && planted.length === 0) return state;
  const kept = (state?.versions ?? []).filter((one) => !planted.some(({ name }) => name === one.subgraph));
  const subgraphs: Subgraph[] = [
    ...kept.map((one) => subgraphOf(one, parts.nameOf)),
    ...planted.map((one) => subgraphOf(asVersion(parts, one), parts.nameOf)),
  ];
  const result = await parts.composer.prepare(subgraphs, null);
  if (!result.ok) {
    const problems = result.problems.map(({ code, message }) => `  ${code}: ${message}`).join('\n');
    throw new Error(`子图不能组合 The subgraphs do not compose:\n${problems}`);
  }
  const { revision, supergraphSdl } = result.prepared;
  await parts.database
    .transaction(async (transaction) => {
      await beginChange(transaction, state?.publication.number ?? 0);
      const versions: Version[] = [];
      for (const one of planted) versions.push(await insertVersion(transaction, asVersion(parts, one)));
      const [first] = planted;
      const row = {
        id: parts.nextId(),
        what: 'BEGIN',
        subgraph: null,
        department: first?.department ?? '',
        operator: OPERATOR,
        reason: null,
        at: new Date(parts.now()),
      } as const;
      // The configuration is the platform's own: its subgraphs are the beginning, against which others' publications are held.
      const composed = { revision, supergraphSdl, ownership: UNCHANGED };
      await writePublication(parts, transaction, row, [...kept, ...versions], composed);
    })
    .catch(async (error: unknown) => {
      // Another instance has begun at the same moment.
      if ((await readCurrent(parts.database)) === null) throw error;
    });
  const begun = await readCurrent(parts.database);
  if (!begun) throw new Error('nothing has been published');
  return begun;
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
