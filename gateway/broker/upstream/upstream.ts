import type { LookupFunction } from 'node:net';
import type { FetchResult } from '../fetch.ts';
import { type Attempt, type BodyLimit, dispatchJson, type ProviderRequest } from './dispatch.ts';
import type { PoolLease, Pools } from './pools.ts';

/** Where a provider's subgraph is, and whom to name when it fails. */
export interface Upstreams {
  readonly name: string;
  readonly url: string;
  /** Resolves the host of its connections; judges what it finds, where the address is not trusted. */
  readonly lookup?: LookupFunction;
}

/** The HTTP client to the providers. */
export interface Upstream {
  send(subgraph: string, request: ProviderRequest): Promise<FetchResult>;
  close(): Promise<void>;
}

/** Consecutive failures (no connection, no answer in time) after which a provider is left alone, and for how long. */
const BREAK_AFTER = 5;
const BREAK_MS = 2_000;

interface Provider {
  readonly lease: PoolLease;
  readonly path: string;
  failures: number;
  restUntil: number;
}

/** Asks over connections from `pools`; redirects are never followed. */
export function createUpstream(
  subgraphs: readonly Upstreams[],
  options: BodyLimit & { readonly pools: Pools },
): Upstream {
  const providers = new Map<string, Provider>();
  for (const { name, url, lookup } of subgraphs) {
    const { origin, pathname, search } = new URL(url);
    const lease = options.pools.take(origin, lookup);
    providers.set(name, { lease, path: `${pathname}${search}`, failures: 0, restUntil: 0 });
  }
  return {
    async send(subgraph, request) {
      const provider = providers.get(subgraph);
      if (!provider || !mayAsk(provider)) return unavailable();
      const result = await attempt(provider, request, options);
      if (result.kind === 'unanswered' || result.kind === 'timeout') noteFailure(provider);
      else provider.failures = 0;
      if (result.kind === 'answered') return { ok: true, body: result.body };
      if (result.kind !== 'timeout') return unavailable();
      return { ok: false, code: 'PROVIDER_TIMEOUT', details: { timeout: options.timeoutMs } };
    },
    async close() {
      await Promise.all([...providers.values()].map(({ lease }) => lease.release()));
    },
  };
}

/** One request, and once more if the connection failed on a read; both within one time limit. */
async function attempt(provider: Provider, request: ProviderRequest, options: BodyLimit): Promise<Attempt> {
  const start = performance.now();
  const first = await dispatchJson(provider.lease.pool, provider.path, request, options);
  if (first.kind !== 'unanswered' || !request.idempotent) return first;
  const left = options.timeoutMs - (performance.now() - start);
  if (left <= 0) return { kind: 'timeout' };
  return dispatchJson(provider.lease.pool, provider.path, request, { ...options, timeoutMs: left });
}

/** False while a provider that keeps failing is left alone; after each rest one request tries it for all. */
function mayAsk(provider: Provider): boolean {
  if (provider.failures < BREAK_AFTER) return true;
  const now = performance.now();
  if (now < provider.restUntil) return false;
  provider.restUntil = now + BREAK_MS;
  return true;
}

function noteFailure(provider: Provider): void {
  provider.failures++;
  if (provider.failures >= BREAK_AFTER) provider.restUntil = performance.now() + BREAK_MS;
}

function unavailable(): FetchResult {
  return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} };
}
