import { createGraphqlEndpoint, createOpenRoutes, listen } from './http/index.ts';
import { memoryLedger } from './ledger/index.ts';
import { openPublication } from './registry/index.ts';
import { createServing } from './serving.ts';
import type { DepartmentCode, Principal } from './words.ts';

export interface OpenGatewayOptions {
  readonly supergraphSdl: string;
  readonly port: number;
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
};
const REQUEST_BYTES = 16 * 1_048_576;
const UPSTREAM = { timeoutMs: 30_000, connections: 64, answerBytes: 256 * 1_048_576 };
const BATCH = 100;

const ANYBODY: Principal = {
  department: 'open' as DepartmentCode,
  departmentName: 'open',
  operator: 'open',
  zone: 'EXTRANET',
};

/**
 * The engine behind the same doors with an open policy: no token, no purpose, no ledger. It serves any supergraph,
 * on loopback only, so that conformance suites and load tests of others can be pointed at it.
 */
export async function startOpenGateway(options: OpenGatewayOptions) {
  const serving = await createServing(openPublication(options.supergraphSdl), {
    broker: {
      limits: LIMITS,
      policy: { revision: 'open', entitle: () => EVERYTHING },
      purposeByDefault: { use: 'WORK_REFERENCE', matter: 'open', onDenied: 'NULL' },
      ledger: memoryLedger(Date.now),
      now: Date.now,
      hashes: NO_HASHES,
      stage: (_, work) => work(),
      maskFor: () => (value) => value,
      applyLink: () => '',
    },
    upstream: UPSTREAM,
    tokens: LIMITS.tokens,
    authorize: () => undefined,
    onCalled: () => undefined,
  });
  const graphql = createGraphqlEndpoint({
    gatekeeper: { admit: () => ({ ok: true, principal: ANYBODY }) },
    service: () => serving,
    requestBytes: REQUEST_BYTES,
    batch: BATCH,
    onDefect: options.onDefect,
    onAnswered: () => undefined,
  });
  const server = await listen(createOpenRoutes(graphql), '127.0.0.1', options.port);
  return {
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      await server.close(1_000);
      await serving.retire();
    },
  };
}

/** Nothing is kept, so nothing has to be hidden. */
const NO_HASHES = {
  keys: { subjectKey: '', digestKey: '' },
  subject: String,
  operation: (hash: string) => hash,
  content: () => '',
};

const EVERYTHING = {
  key: 'open',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'ALLOW', policies: ['open'], grants: [] }) as const,
};
