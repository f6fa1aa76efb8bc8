import { randomUUID } from 'node:crypto';
import {
  createPlanners,
  createPools,
  createProviderSockets,
  createUpstream,
  type Planners,
} from './broker/index.ts';
import type { Failure } from './errors.ts';
import {
  BODY_LIMITS,
  CONNECTION_LIMITS,
  createAccess,
  createBodies,
  createGraphqlEndpoint,
  createOpenRoutes,
  createPush,
  listen,
} from './http/index.ts';
import { memoryLedger, NO_SUBJECTS } from './ledger/index.ts';
import { openPublication } from './registry/index.ts';
import { createServing } from './serving.ts';
import type { DepartmentCode, Principal } from './words.ts';

export interface OpenGatewayOptions {
  readonly supergraphSdl: string;
  readonly port: number;
  /** By default in a thread of its own, as everywhere. */
  readonly planners?: Planners;
  /** Told of defects. */
  onDefect(reference: string, error: unknown): void;
}

/** Far above what a conformance suite asks, and still bounds. */
const LIMITS = {
  tokens: 100_000,
  depth: 1_000,
  aliases: 10_000,
  fields: 100_000,
  rootFields: 10_000,
  cost: Number.MAX_SAFE_INTEGER,
  subjects: Number.MAX_SAFE_INTEGER,
};
const REQUEST_BYTES = 16 * 1_048_576;
const UPSTREAM = { timeoutMs: 30_000, answerBytes: 256 * 1_048_576 };
const CONNECTIONS = 64;
const BATCH = 100;
const SOCKETS = {
  connections: 10_000,
  perConnection: 10_000,
  perDepartment: 10_000,
  queue: { events: 10_000, bytes: 256 * 1_048_576 },
  eventBytes: 16 * 1_048_576,
  initMs: 10_000,
  keepAliveMs: 12_000,
  unidentified: { total: 10_000, perAddress: 10_000 },
  messagesPerSecond: 100_000,
  outgoingBytes: 256 * 1_048_576,
};
const HOST = '127.0.0.1';

const ANYBODY: Principal = {
  department: 'open' as DepartmentCode,
  departmentName: 'open',
  roles: ['CONSUMER'],
  operator: 'open',
  zone: 'EXTRANET',
};

/**
 * The engine behind the same doors with an open policy: no token, no purpose, no ledger. It serves any supergraph,
 * on loopback only, so that conformance suites and load tests of others can be pointed at it.
 */
export async function startOpenGateway(options: OpenGatewayOptions) {
  const defect = (error: unknown): Failure => {
    const id = randomUUID();
    options.onDefect(id, error);
    return { code: 'INTERNAL_SERVER_ERROR', details: { id } };
  };
  const planners = options.planners ?? createPlanners();
  const pools = createPools({ connections: CONNECTIONS, timeoutMs: UPSTREAM.timeoutMs });
  const serving = await createServing(await openPublication(options.supergraphSdl), {
    broker: {
      limits: LIMITS,
      policy: { revision: 'open', entitle: () => EVERYTHING, onChange: () => () => undefined },
      purposeByDefault: { use: 'WORK_REFERENCE', matter: 'open', onDenied: 'NULL' },
      ledger: memoryLedger(Date.now),
      now: Date.now,
      hashes: NO_HASHES,
      stage: (_, work) => work(),
      maskFor: () => (value) => value,
      applyLink: () => '',
      subscriptions: SOCKETS,
      defect,
    },
    connect: (reachable) => ({
      upstream: createUpstream(reachable, { ...UPSTREAM, pools }),
      sockets: createProviderSockets(reachable, { ...SOCKETS, timeoutMs: UPSTREAM.timeoutMs }),
    }),
    planners,
    isTrusted: () => true,
    onCalled: () => undefined,
  });
  const access = createAccess({ host: HOST, hosts: [], origins: [] });
  const bodies = createBodies(BODY_LIMITS);
  const graphql = createGraphqlEndpoint({
    gatekeeper: GATEKEEPER,
    service: () => serving,
    bodies,
    requestBytes: REQUEST_BYTES,
    batch: BATCH,
    onDefect: options.onDefect,
    onAnswered: () => undefined,
  });
  const push = createPush({
    gatekeeper: GATEKEEPER,
    service: () => serving,
    limits: { ...SOCKETS, requestBytes: REQUEST_BYTES },
    observer: { opened: () => () => undefined, answered: () => undefined },
    access,
    bodies,
    now: Date.now,
    defect,
  });
  const routes = createOpenRoutes(push.orElse(graphql));
  const listening = { handler: routes, upgrade: push.upgrade, access, connections: CONNECTION_LIMITS };
  const server = await listen(listening, HOST, options.port);
  return {
    url: `http://${HOST}:${server.port}`,
    async close() {
      await push.close(1_000);
      await server.close(1_000);
      await serving.retire();
      await planners.close();
    },
  };
}

/** Nothing is kept, so nothing has to be hidden. */
const NO_HASHES = {
  keys: { subjectKey: '', digestKey: '' },
  subject: String,
  gatherSubjects: () => NO_SUBJECTS,
  operation: (hash: string) => hash,
  content: () => '',
};

const NOBODY_IS_REFUSED = { ok: true, principal: ANYBODY, expires: Number.POSITIVE_INFINITY } as const;
const GATEKEEPER = { admit: () => NOBODY_IS_REFUSED, identify: () => NOBODY_IS_REFUSED };

const EVERYTHING = {
  key: 'open',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'ALLOW', policies: ['open'], grants: [] }) as const,
};
