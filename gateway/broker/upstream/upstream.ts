import { Pool } from 'undici';
import type { FetchResult } from '../fetch.ts';
import { type BodyLimit, dispatchJson, type ProviderRequest } from './dispatch.ts';

/** Where a provider's subgraph is, and whom to name when it fails. */
export interface Upstreams {
  readonly name: string;
  readonly url: string;
}

export interface UpstreamOptions extends BodyLimit {
  readonly connections: number;
}

/** The HTTP client to the providers. */
export interface Upstream {
  send(subgraph: string, request: ProviderRequest): Promise<FetchResult>;
  close(): Promise<void>;
}

/** Consecutive failures of the connection after which a provider is left alone, and for how long. */
const BREAK_AFTER = 5;
const BREAK_MS = 2_000;

interface Provider {
  readonly pool: Pool;
  readonly path: string;
  failures: number;
  restUntil: number;
}

/** Keep-alive connections to each provider; redirects are never followed. */
export function createUpstream(subgraphs: readonly Upstreams[], options: UpstreamOptions): Upstream {
  const providers = new Map<string, Provider>();
  for (const { name, url } of subgraphs) {
    const { origin, pathname, search } = new URL(url);
    const pool = new Pool(origin, {
      connections: options.connections,
      pipelining: 1,
      connectTimeout: options.timeoutMs,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    });
    providers.set(name, { pool, path: `${pathname}${search}`, failures: 0, restUntil: 0 });
  }
  return {
    async send(subgraph, request) {
      const provider = providers.get(subgraph);
      if (!provider || Date.now() < provider.restUntil) return unavailable();
      const first = await dispatchJson(provider.pool, provider.path, request, options);
      const again = first.kind === 'unanswered' && request.idempotent;
      const result = again ? await dispatchJson(provider.pool, provider.path, request, options) : first;
      if (result.kind === 'unanswered') {
        provider.failures++;
        if (provider.failures >= BREAK_AFTER) provider.restUntil = Date.now() + BREAK_MS;
        return unavailable();
      }
      provider.failures = 0;
      if (result.kind === 'timeout')
        return { ok: false, code: 'PROVIDER_TIMEOUT', details: { timeout: options.timeoutMs } };
      return result.kind === 'answered' ? { ok: true, body: result.body } : unavailable();
    },
    async close() {
      await Promise.all([...providers.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

function unavailable(): FetchResult {
  return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} };
}
