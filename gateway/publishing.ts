import type { KeptOperation } from './broker/index.ts';
import {
  beginPublishing,
  type ConfiguredSubgraph,
  followPublications,
  keepSeenOperations,
  type LiveState,
  type SeenOperations,
  subgraphOf,
} from './exchange/index.ts';
import { createLive, type Live } from './live.ts';
import {
  type CatalogueResource,
  type Composer,
  type Publication,
  revivePublication,
  type Subgraph,
} from './registry/index.ts';
import { createServing, type Serving, type ServingParts } from './serving.ts';
import type { Database } from './store/index.ts';

export interface PublishingOptions {
  readonly database: Database;
  readonly composer: Composer;
  /** Subgraphs of the configuration: the first versions, and where those run that state no address. */
  readonly configured: readonly ConfiguredSubgraph[];
  readonly followsConfiguration: boolean;
  readonly serving: ServingParts;
  nextId(): string;
  now(): number;
  nameOf(department: string): string;
  report: { error(facts: object, message: string): void; info(facts: object, message: string): void };
}

/** What is live in this instance, kept on what the store says. */
export interface Publishing {
  readonly live: Live;
  /** Operations that consumers of all instances have asked within so many days. */
  asked(days: number): ReturnType<SeenOperations['recent']>;
  /** What is in the catalogue by what is live. */
  catalogue(): readonly CatalogueResource[];
  /** Is this instance on what the store says is live? Asked after a publication of its own. */
  catchUp(): Promise<boolean>;
  /** Begins to follow what other instances publish; `onLive` is told of each publication that went live here. */
  follow(
    onLive: (catalogue: readonly CatalogueResource[], reason: string | null) => Promise<void>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Operations that are warmed before a swap, and how long that may take. */
const WARMED = 500;
const WARMING_MS = 3_000;

/** Puts live what the store says, and everything that is published from then on, without a gap. */
export async function openPublishing(options: PublishingOptions): Promise<Publishing> {
  const { database, composer, report } = options;
  const first = await beginPublishing(options);
  const begun = await prepare(options, first);
  composer.rest(); // At a start nothing is published yet, and the planner needs the room.
  const live = createLive(await createServing(begun.publication, options.serving), (error) =>
    report.error({ error }, 'what was live could not be closed'),
  );
  let { catalogue } = begun;
  const operations = keepSeenOperations(
    database,
    () => live.current().broker.takeAsked(),
    options.now,
    (error) => report.error({ error }, 'what was asked could not be kept yet'),
  );
  let onLive: Parameters<Publishing['follow']>[0] = async () => undefined;

  /** A failure on the way leaves what is live in place. */
  const takeUp = async (state: LiveState): Promise<void> => {
    const next = await prepare(options, state);
    const serving = await createServing(next.publication, options.serving);
    await warm(serving, live.current().broker.kept());
    live.swap(serving);
    catalogue = next.catalogue;
    const { number, revision, reason } = state.publication;
    report.info({ number, revision }, 'a publication is live');
    await onLive(catalogue, reason).catch((error: unknown) =>
      report.error({ error, number }, 'what follows a publication could not be done'),
    );
  };
  const onProblem = (error: unknown): void =>
    report.error({ error }, 'what is published could not be taken up: what is live stays live');
  let follower: Awaited<ReturnType<typeof followPublications>> | null = null;
  return {
    live,
    async asked(days) {
      await operations.flush();
      return operations.recent(days);
    },
    catalogue: () => catalogue,
    async catchUp() {
      try {
        await follower?.catchUp();
        return true;
      } catch (error) {
        onProblem(error);
        return false;
      }
    },
    async follow(listener) {
      onLive = listener;
      follower = await followPublications(database, first.publication.number, takeUp, onProblem);
    },
    async close() {
      await follower?.close();
      await operations.close();
      await live.close();
      await composer.close();
    },
  };
}

interface Ready {
  readonly publication: Publication;
  readonly catalogue: readonly CatalogueResource[];
}

async function prepare(options: PublishingOptions, { versions, supergraphSdl }: LiveState): Promise<Ready> {
  const subgraphs = versions.map((one) => subgraphOf(one, options.nameOf));
  const result = await options.composer.prepare(subgraphs, supergraphSdl);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  const located = subgraphs.map((one, index) => locate(options, one, versions[index]?.url ?? null));
  const publication = revivePublication({ ...result.prepared, subgraphs: located });
  return { publication, catalogue: result.catalogue };
}

/** Where a subgraph runs that states no address: where this instance's configuration says. */
function locate({ configured }: PublishingOptions, subgraph: Subgraph, url: string | null): Subgraph {
  const where = url ?? configured.find(({ name }) => name === subgraph.name)?.url;
  if (where === undefined)
    throw new Error(`子图 ${subgraph.name} 的地址没有配置 the configuration does not say where it runs`);
  return { ...subgraph, url: where };
}

/** Makes the operations that are asked most ready at the next serving, one after the other: requests go on meanwhile. */
async function warm({ broker }: Serving, kept: readonly KeptOperation[]): Promise<void> {
  const end = performance.now() + WARMING_MS;
  for (const { text, name, principals } of kept.slice(0, WARMED))
    for (const principal of principals) {
      if (performance.now() > end) return;
      // What cannot be prepared is found out by whoever asks it.
      await broker.warm(text, name, principal).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
}
