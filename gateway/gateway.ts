import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPlanners,
  createPools,
  createProviderSockets,
  createUpstream,
  cursorSeal,
  openAssertionSigner,
} from './broker/index.ts';
import { clockFault, steadyClock } from './clock.ts';
import type { Configuration } from './config.ts';
import { readExamples, refuseUnmeantPublicity } from './demonstration.ts';
import type { Failure } from './errors.ts';
import {
  type ConfiguredSubgraph,
  createExchange,
  createSealer,
  openCalendar,
  openDirectory,
  openMessageSigner,
  reachOf,
  readMisuseRules,
  readRuleSets,
  strangersTo,
} from './exchange/index.ts';
import { projectRoot } from './files.ts';
import { greeting } from './greeting.ts';
import {
  createAccess,
  createBodies,
  createCatalogueRoutes,
  createExchangeEndpoint,
  createGatekeeper,
  createGraphqlEndpoint,
  createPush,
  createRoutes,
  listen,
} from './http/index.ts';
import {
  createIdentity,
  type DemonstrationIssuer,
  type DepartmentDirectory,
  openDemonstrationIssuer,
  readDepartments,
} from './identity/index.ts';
import {
  createIds,
  createRefusalTally,
  openKeyedHashes,
  openLedger,
  openSecret,
  openWitnessing,
  startIndexer,
  subjectHashes,
} from './ledger/index.ts';
import {
  createPolicy,
  databaseGrants,
  fileGrants,
  fixedGrants,
  holdersOf,
  isGranted,
  joinGrants,
  maskFor,
} from './policy/index.ts';
import { openPublishing } from './publishing.ts';
import { openComposer } from './registry/index.ts';
import type { ServingParts } from './serving.ts';
import { type Database, memoryCounters, openDatabase, redisCounters } from './store/index.ts';
import { createLogger, createMetrics, createTracing } from './telemetry/index.ts';
import type { Zone } from './words.ts';

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  greeting(): Promise<string>;
  /** Ends in order: requests in flight are answered and recorded first. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

/** Parts that a benchmark exchanges to learn what each costs, and the clock, which tests put forward. Nothing in a configuration reaches them. */
export const PARTS = { openLedger, createPolicy, now: (): number => Date.now() };

/** The composition root: makes the parts from the configuration, connects them and listens. No logic of its own. */
export async function startGateway(configuration: Configuration, parts = PARTS): Promise<Gateway> {
  const { dataDir, limits, providers, zone } = configuration;
  refuseUnmeantPublicity(configuration);
  const now = steadyClock(parts.now);
  const root = projectRoot();
  mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  const logger = createLogger();
  const metrics = createMetrics();
  const tracing = createTracing(process.env);
  const demonstration = configuration.demonstration
    ? await openDemonstrationIssuer(dataDir, process.env, now)
    : null;
  const ledger = await parts.openLedger({
    dataDir,
    now,
    suite: configuration.ledger.suite,
    ...(configuration.ledger.sm2UserId && { userId: configuration.ledger.sm2UserId }),
    onProblem: (error) => logger.error({ error }, 'a head of the ledger could not be signed'),
    onUnwritable: (error) => logger.error({ error }, 'records cannot be written: nothing is answered'),
    onAdopted: (records) =>
      logger.warn(
        { records },
        'signed for unsealed records that an earlier version left behind its last head',
      ),
  });
  // After the ledger: whoever holds its lock has the embedded database to himself.
  const database = await openDatabase({
    url: configuration.databaseUrl,
    dataDir,
    tables: join(root, 'schema', 'tables'),
    report: logger,
  }).catch(async (error: unknown) => {
    await ledger.close();
    throw error;
  });
  await judgeClock(now(), ledger, configuration.databaseUrl ? database : null).catch(
    async (error: unknown) => {
      await ledger.close();
      await database.close();
      throw error;
    },
  );
  const problem = (message: string) => (error: unknown) => logger.error({ error }, message);
  const seed = readDepartments(configuration.departments).all();
  const stale = problem('departments could not be read again: they are as they were');
  const departments = await openDirectory(database, seed, now, stale);
  const identity = createIdentity({
    issuers: [...configuration.issuers, ...(demonstration ? [demonstration.trusted] : [])],
    departments,
    clockToleranceSeconds: configuration.clockToleranceSeconds,
    longestTokenSeconds: configuration.longestTokenSeconds,
    now,
  });
  const counters = configuration.redisUrl
    ? redisCounters(configuration.redisUrl, logger)
    : memoryCounters(now);
  const gatekeeper = createGatekeeper(identity, counters, memoryCounters(now), { ...limits, zone });
  const bodies = createBodies({ totalBytes: limits.bufferedBytes, ms: limits.bodyMs });
  const access = createAccess({ ...configuration, ...configuration.access });
  // Providers judge assertions by their own clocks: the machine's, whatever time the platform is told.
  const signer = openAssertionSigner(join(dataDir, 'gateway'), configuration.id, Date.now);
  const keys = join(dataDir, 'ledger-keys');
  const pseudonymKey = openSecret(join(keys, 'pseudonyms'));
  const cursorKey = openSecret(join(keys, 'cursors'));
  const inFile = fileGrants(configuration.grants, (code) => departments.byCode(code) !== undefined, logger);
  const grants = joinGrants([
    inFile,
    await databaseGrants({
      database,
      report: logger,
      onStale: (isStale) => metrics.grantsStale.set(isStale ? 1 : 0),
    }),
  ]);
  const policy = parts.createPolicy({ folder: configuration.policies, grants, zone, now });
  const hashes = openKeyedHashes(keys, ledger.suite);
  const indexer = startIndexer({
    database,
    ledger,
    folder: join(dataDir, 'ledger'),
    keyFolder: keys,
    now,
    onProblem: (error) => logger.error({ error }, 'the ledger cannot be indexed for search'),
  });
  const messageSigner = openMessageSigner(join(dataDir, 'exchange', 'message-key.pem'), now);
  metrics.watchIndex(indexer.state.bind(indexer));
  const witnessing = await openWitnessing({
    dataDir,
    ledger,
    now,
    ...configuration.ledger,
    onProblem: (facts, message) => logger.error(facts, message),
  });
  let base = configuration.publicUrl ?? '';
  const { subscriptions } = configuration;
  const defect = (error: unknown): Failure => {
    const id = randomUUID();
    logger.error({ reference: id, error }, 'an operation has failed');
    return { code: 'INTERNAL_SERVER_ERROR', details: { id } };
  };
  const nextId = createIds(now);
  const configured = readSubgraphs(configuration, departments);
  const where = reachOf(configuration, configured, departments);
  const refusals = createRefusalTally({
    ledger,
    windowMs: configuration.ledger.refusalsEveryMs,
    now,
    common: () => ({
      operation: hashes.operation(''),
      schemaRevision: publishing.live.current().publication.revision,
      policyRevision: policy.revision,
      ...hashes.keys,
    }),
    onProblem: problem('refusals that were counted could not be recorded'),
  });
  const planners = createPlanners();
  const upstream = {
    timeoutMs: providers.timeoutMs,
    answerBytes: limits.answerBytes,
    pools: createPools(providers),
  };
  const serving: ServingParts = {
    planners,
    isTrusted: where.isTrusted,
    broker: {
      limits,
      policy,
      ledger,
      refusals,
      counters,
      attempts: { perSubject: limits.attemptsPerSubject, perDepartment: limits.attemptsPerDepartment },
      now,
      hashes,
      stage: tracing.stage,
      parties: (department, matter) => exchange.parties(department, matter),
      disputes: (subjects, isGiven) => exchange.disputes.touching(subjects, isGiven),
      maskFor: (rule, coordinate, source, { department: consumer }) =>
        maskFor(rule, { consumer, coordinate, source }, pseudonymKey),
      cursorsFor: ({ department }) => cursorSeal(cursorKey, department),
      applyLink: (coordinate, use, department) =>
        `${base}/?apply=${encodeURIComponent(coordinate)}&use=${use}&department=${department}`,
      subscriptions,
      defect,
    },
    connect: (reachable) => ({
      upstream: createUpstream(reachable, upstream),
      sockets: createProviderSockets(reachable, { ...subscriptions, timeoutMs: providers.timeoutMs }),
    }),
    authorize: ({ subgraph, principal, purpose, grants, sent, disclosure }, request) => {
      const { department, operator } = principal;
      const { use, matter } = purpose;
      const claims = { subgraph, department, operator, use, matter, grants, sent, disclosure };
      return `Bearer ${signer.sign(claims, request)}`;
    },
    onCalled(subgraph, outcome, tookMs) {
      metrics.providerCalls.inc({ subgraph, outcome });
      exchange.catalogue.noteCall(subgraph, outcome, tookMs);
    },
  };
  const composer = openComposer(readFileSync(join(root, 'schema', 'sharing.graphql'), 'utf8'), {
    zone,
    onProblem: (error) =>
      logger.error({ error, task: error.cause }, 'what was to be composed or checked has no result'),
  });
  const publishing = await openPublishing({
    database,
    composer,
    instance: configuration.id,
    configured,
    followsConfiguration: configuration.demonstration,
    serving,
    nextId,
    now,
    nameOf: (code) => departments.byCode(code)?.name ?? code,
    report: logger,
  });
  const { live } = publishing;
  const calendar = openCalendar(join(configuration.policies, 'calendar'), logger);
  departments.onChange(() => {
    live
      .current()
      .broker.subscriptions.recheck()
      .catch(problem('subscriptions could not be looked at again'));
  });
  metrics.watchPublication(publishing.status);
  const exchange = await createExchange({
    typeDefs: readFileSync(join(root, 'schema', 'exchange.graphql'), 'utf8'),
    departments,
    allowedHosts: configuration.providers.allowedHosts,
    configuredUrl: where.configuredUrl,
    composer,
    catchUp: publishing.catchUp,
    authorize: (subgraph, { principal: { department, operator } }, request) =>
      `Bearer ${signer.sign({ subgraph, department, operator, ...CHECKING }, request)}`,
    holders: (subgraph) => {
      const provided = [...live.current().publication.index.coordinates()].filter(({ sources = [] }) =>
        sources.some((one) => one.subgraph === subgraph),
      );
      return holdersOf(
        grants.current(),
        provided.map(({ coordinate }) => coordinate),
        now(),
      );
    },
    strangers: (subgraph, { principal: { department, operator } }) => {
      const claims = { subgraph, department, operator, ...CHECKING };
      return strangersTo({
        valid: (request) => signer.sign(claims, request),
        expired: (request) => signer.sign(claims, request, EXPIRED_MS),
        // A name that no subgraph can have: what is for nobody opens nothing.
        foreign: (request) => signer.sign({ ...claims, subgraph: 'liancha' }, request),
      });
    },
    index: () => live.current().publication.index,
    schema: () => live.current().publication.schema,
    zone,
    database,
    remindBefore: configuration.clocks.remindBefore,
    fileGrants: inFile.current,
    policyWith: (grant) =>
      parts.createPolicy({
        folder: configuration.policies,
        grants: fixedGrants([...grants.current(), grant]),
        zone,
        now,
      }),
    ruleSets: readRuleSets(join(configuration.policies, 'rules')),
    calendar,
    misuseRules: readMisuseRules(join(configuration.policies, 'misuse', 'rules.yaml')),
    sealer: createSealer(openSecret(join(dataDir, 'exchange', 'sealing-key'))),
    signer: messageSigner,
    hashSubject: hashes.subject,
    report: logger,
    platform: configuration.platform,
    instance: configuration.id,
    base: () => base,
    nextId,
    now,
    onProblem: (error) => logger.error({ error }, 'the exchange could not keep or deliver something yet'),
    operations: () => publishing.asked(configuration.publishing.operationDays),
    isGranted: (department, coordinate) => isGranted(grants.current(), department, coordinate, now()),
    counters,
    missesPerDepartment: limits.missesPerDepartment,
    disclosures: {
      database,
      departments,
      ledger,
      indexer,
      hashes,
      subjectHashes: (value) => subjectHashes(keys, ledger.suite, value),
      schemaRevision: () => live.current().publication.revision,
      policyRevision: () => policy.revision,
      now,
    },
    onDefect: (reference, error) =>
      logger.error({ reference, error }, 'a request to the exchange has failed'),
  });
  await exchange.catalogue.follow(publishing.catalogue(), null);
  await publishing.follow(exchange.catalogue.follow);
  let isReady = false;
  const graphql = createGraphqlEndpoint({
    gatekeeper,
    service: () => live.current(),
    bodies,
    requestBytes: limits.requestBytes,
    batch: limits.batch,
    onDefect: (reference, error) => logger.error({ reference, error }, 'a request has failed'),
    onAnswered: metrics.observeRequest,
  });
  const push = createPush({
    gatekeeper,
    service: () => live.current(),
    limits: { ...subscriptions, requestBytes: limits.requestBytes },
    observer: metrics.pushed,
    access,
    bodies,
    now,
    defect,
  });
  const routes = createRoutes({
    graphql: push.orElse(graphql),
    bodies,
    whyNotReady: () => [...(isReady ? [] : ['CLOSING']), ...(ledger.isShortOfSpace ? ['LEDGER_SPACE'] : [])],
    publication: publishing.status,
    jwks: () => ({ ...signer.jwks(), keys: [...signer.jwks().keys, messageSigner.jwk] }),
    metrics: () => metrics.text(),
    ledger,
    witness: witnessing,
    exchange: createExchangeEndpoint(exchange, gatekeeper, bodies),
    catalogue: createCatalogueRoutes(exchange, gatekeeper),
    root,
    demonstration: demonstration && { issuer: demonstration, departments, zone },
  });
  const closeParts = async (): Promise<void> => {
    await publishing.close();
    await planners.close();
    calendar.close();
    await exchange.stop();
    await indexer.close();
    await refusals.flush();
    await witnessing.close();
    await ledger.close();
    policy.close();
    grants.close();
    await counters.close();
    await database.close();
    await tracing.close();
  };
  const listening = {
    handler: routes,
    upgrade: push.upgrade,
    access,
    connections: { total: limits.connections, perAddress: limits.connectionsPerAddress },
  };
  const server = await listen(listening, configuration.host, configuration.port).catch(
    async (error: unknown) => {
      await closeParts();
      throw error;
    },
  );
  const url = `http://${configuration.host}:${server.port}`;
  base ||= url;
  isReady = true;
  logger.info({ url, revision: live.current().publication.revision, zone }, 'the gateway is ready');
  return {
    url,
    greeting: () => greetingFor(base, demonstration, departments.all(), zone, root),
    async close() {
      isReady = false;
      await push.close(GRACE_MS);
      await server.close(GRACE_MS);
      await closeParts();
    },
  };
}

/** Rejects where rights would begin and end by a wrong clock. The server's clock is compared with the machine's own, whatever time the platform is told. */
async function judgeClock(
  now: number,
  { head }: { readonly head: { readonly time: number } | null },
  server: Database | null,
): Promise<void> {
  const [row] = server ? await server.query('select clock_timestamp() as now') : [];
  const fault =
    clockFault(now, { head: head?.time ?? null, server: null }) ??
    clockFault(Date.now(), { head: null, server: row ? Number(row.now) : null });
  if (fault !== null) throw new Error(fault);
}
/** Age of an assertion that is shown to see whether it is refused. */
const EXPIRED_MS = 3_600_000;

/** Why a provider is asked for its schema before it is published, as its assertion says. */
const CHECKING = {
  use: 'DATA_VERIFICATION',
  matter: 'publication-check',
  grants: [],
  disclosure: '',
} as const;

function readSubgraphs({ subgraphs }: Configuration, departments: DepartmentDirectory): ConfiguredSubgraph[] {
  return subgraphs.map(({ name, url, department: code, schema }) => {
    const department = departments.byCode(code);
    if (!department) throw new Error(`subgraph ${name}: no department has the code ${code}`);
    return { name, url, sdl: readFileSync(schema, 'utf8'), department: department.code };
  });
}

/** The department whose token is printed: it holds grants, so that the examples show something. */
const EXAMPLE_DEPARTMENT = '云溪市不动产登记中心';

async function greetingFor(
  base: string,
  demonstration: DemonstrationIssuer | null,
  departments: readonly { readonly name: string; readonly code: string }[],
  zone: Zone,
  root: string,
): Promise<string> {
  const department = departments.find((one) => one.name === EXAMPLE_DEPARTMENT)?.code;
  if (!demonstration || !department) return `\nLiancha ready  联查已就绪\n\n  ${base}/graphql\n\n`;
  const token = await demonstration.issue({
    department,
    operator: 'demonstration',
    zone,
    lifetimeSeconds: 86_400,
  });
  return greeting(base, token, readExamples(root));
}
