import type { KeptOperation } from './broker/index.ts';
import {
  beginningOf,
  type ConfiguredSubgraph,
  type Follower,
  followPublications,
  isIntact,
  keepSeenOperations,
  type LiveState,
  noteTakeUp,
  publicationsToTry,
  readPublication,
  type SeenOperations,
  subgraphOf,
} from './exchange/index.ts';
import { createLive, type Live } from './live.ts';
import type { CatalogueResource, Composer } from './registry/index.ts';
import type { Serving, ServingParts } from './serving.ts';
import type { Database } from './store/index.ts';
import { takeUp } from './taking-up.ts';

export interface PublishingOptions {
  readonly database: Database;
  readonly composer: Composer;
  /** Names this instance, where it is remembered what it could take up. */
  readonly instance: string;
  /** Subgraphs of the configuration: the first versions, and where those run that state no address. */
  readonly configured: readonly ConfiguredSubgraph[];
  readonly followsConfiguration: boolean;
  readonly serving: ServingParts;
  nextId(): string;
  now(): number;
  nameOf(department: string): string;
  report: { error(facts: object, message: string): void; info(facts: object, message: string): void };
}

/** What this instance serves, and what it could not take up. */
export interface PublicationStatus {
  /** The number of the publication that is served here. */
  readonly served: number;
  /** The number of what is published and could not be taken up here; null where everything is as it should be. */
  readonly failed: number | null;
}

/** What is live in this instance, kept on what the store says. */
export interface Publishing {
  readonly live: Live;
  status(): PublicationStatus;
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

/**
 * Puts live what the store says, and everything that is published from then on, without a gap. What cannot be taken up leaves in place
 * what works; at a start that is the last publication that can be taken up.
 */
export async function openPublishing(options: PublishingOptions): Promise<Publishing> {
  const { database, composer, report } = options;
  const first = (await begin(options)) ?? (await startFromStore(options));
  composer.rest(); // At a start nothing is published yet, and the planner needs the room.
  const live = createLive(first.taken.serving, (error) =>
    report.error({ error }, 'what was live could not be closed'),
  );
  let { catalogue } = first.taken;
  let status: PublicationStatus = { served: first.state.publication.number, failed: first.failed };
  const operations = keepSeenOperations(
    database,
    () => live.current().broker.takeAsked(),
    options.now,
    (error) => report.error({ error }, 'what was asked could not be kept yet'),
  );
  let onLive: Parameters<Publishing['follow']>[0] = async () => undefined;

  const takeUp = async (state: LiveState): Promise<void> => {
    const { number, revision, reason } = state.publication;
    const next = await takeUpState(options, state).catch((error: unknown) => {
      status = { ...status, failed: number };
      throw error;
    });
    await warm(next.serving, live.current().broker.kept());
    live.swap(next.serving);
    catalogue = next.catalogue;
    status = { served: number, failed: null };
    report.info({ number, revision }, 'a publication is live');
    await onLive(catalogue, reason).catch((error: unknown) =>
      report.error({ error, number }, 'what follows a publication could not be done'),
    );
  };
  const onProblem = (error: unknown, number: number | null): void =>
    number === null
      ? report.error({ error }, 'it cannot be read what is published: what is live stays live')
      : report.error(
          { error, reason: messageOf(error), number, served: status.served },
          'what is published could not be taken up: what is live stays live',
        );
  let follower: Follower | null = null;
  return {
    live,
    status: () => status,
    async asked(days) {
      await operations.flush();
      return operations.recent(days);
    },
    catalogue: () => catalogue,
    async catchUp() {
      try {
        await follower?.catchUp();
        return true;
      } catch {
        return false; // The follower tells why.
      }
    },
    async follow(listener) {
      onLive = listener;
      follower = await followPublications(database, { ...status, takeUp, onProblem });
    },
    async close() {
      await follower?.close();
      await operations.close();
      await live.close();
      await composer.close();
    },
  };
}

/** A publication that has been taken up. */
interface Taken {
  readonly serving: Serving;
  readonly catalogue: readonly CatalogueResource[];
}

interface Started {
  readonly state: LiveState;
  readonly taken: Taken;
  /** The number of what is live by the store, where that could not be taken up. */
  readonly failed: number | null;
}

/** Takes up what the configuration changes, and writes it then; null where it changes nothing, or cannot be taken up while something else can. */
async function begin(options: PublishingOptions): Promise<Started | null> {
  const beginning = await beginningOf(options);
  if (!beginning) return null;
  let taken: Taken;
  try {
    taken = await takeUpVersions(options, beginning.versions, null);
  } catch (error) {
    if (beginning.isFirst) throw error;
    options.report.error(
      { error, reason: messageOf(error) },
      'what the configuration changes could not be taken up',
    );
    return null;
  }
  const { revision, supergraphSdl } = taken.serving.publication;
  const state = await beginning.write({ revision, supergraphSdl });
  if (state.publication.revision !== revision) {
    await taken.serving.retire(); // Another instance has begun with something else.
    return null;
  }
  await noted(options, state, null);
  options.report.info({ number: state.publication.number, revision }, 'the configuration is live');
  return { state, taken, failed: null };
}

/** Takes up what is live by the store, or else the last publication that can be taken up. Throws, with what to do, where there is none. */
async function startFromStore(options: PublishingOptions): Promise<Started> {
  const { database, report } = options;
  const failures: string[] = [];
  const [live, ...earlier] = await publicationsToTry(database);
  for (const { id, number } of live ? [live, ...earlier] : []) {
    try {
      const state = await readPublication(database, id);
      const taken = await takeUpState(options, state);
      if (id === live?.id) return { state, taken, failed: null };
      report.error(
        { number, published: live?.number },
        'what is published could not be taken up: this was before it',
      );
      return { state, taken, failed: live?.number ?? null };
    } catch (error) {
      report.error({ error, reason: messageOf(error), number }, 'a publication could not be taken up');
      failures.push(`  第 ${number} 次发布 publication ${number}: ${messageOf(error)}`);
    }
  }
  throw new Error(
    `没有一次发布可以投入使用。None of the publications can be taken up:\n${failures.join('\n')}\n` +
      '请查看 liancha publication list --offline，改正原因或恢复数据库备份，再以 liancha publication rollback --offline 退回。\n' +
      'See liancha publication list --offline; mend the reason or restore the database, and go back with liancha publication rollback --offline.',
  );
}

/** Takes up a publication of the store, and remembers there what came of it. */
async function takeUpState(options: PublishingOptions, state: LiveState): Promise<Taken> {
  try {
    const taken = await takeUpVersions(options, state.versions, state.supergraphSdl);
    await noted(options, state, null);
    return taken;
  } catch (error) {
    await noted(options, state, messageOf(error));
    throw error;
  }
}

async function noted(
  { database, instance, now, report }: PublishingOptions,
  { publication }: LiveState,
  failure: string | null,
): Promise<void> {
  await noteTakeUp(database, publication.id, instance, new Date(now()), failure).catch((error: unknown) =>
    report.error({ error }, 'it could not be remembered whether a publication can be taken up'),
  );
}

async function takeUpVersions(
  options: PublishingOptions,
  versions: LiveState['versions'],
  supergraphSdl: string | null,
): Promise<Taken> {
  if (versions.length === 0) throw new Error('it has no subgraphs');
  for (const one of versions)
    if (!isIntact(one))
      throw new Error(
        `子图 ${one.subgraph} 第 ${one.number} 版与发布时不同 version ${one.number} of ${one.subgraph} in the store is not what was published`,
      );
  const subgraphs = versions.map((one) => subgraphOf(one, options.nameOf));
  const result = await options.composer.prepare(subgraphs, supergraphSdl);
  if (!result.ok) {
    const problems = result.problems.map(({ code, message }) => `  ${code}: ${message}`).join('\n');
    throw new Error(`子图不能组合 The subgraphs do not compose:\n${problems}`);
  }
  const { prepared, catalogue } = result;
  const stated = new Map(versions.map(({ subgraph, url }) => [subgraph, url]));
  const serving = await takeUp(
    prepared,
    ({ name }) => stated.get(name) ?? configuredAddress(options, name),
    options.serving,
  );
  return { serving, catalogue };
}

/** Where a subgraph runs that states no address: where this instance's configuration says. */
function configuredAddress({ configured }: PublishingOptions, subgraph: string): string {
  const where = configured.find(({ name }) => name === subgraph)?.url;
  if (where === undefined)
    throw new Error(`子图 ${subgraph} 的地址没有配置 the configuration does not say where it runs`);
  return where;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
