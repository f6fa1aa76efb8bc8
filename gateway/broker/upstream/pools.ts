import type { LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { withoutContinue } from './interim.ts';

export interface PoolOptions {
  /** Most connections to one place. */
  readonly connections: number;
  /** Longest wait for a connection. */
  readonly timeoutMs: number;
}

/** Connections to one place, for as long as they are wanted. */
export interface PoolLease {
  readonly pool: Pool;
  /** Closes the connections once nobody else wants them. */
  release(): Promise<void>;
}

/** Keep-alive connections to the providers. They stay through a publication: what is live next asks most of them as before. */
export interface Pools {
  /** The connections to an origin whose name nothing but `lookup` resolves. */
  take(origin: string, lookup?: LookupFunction): PoolLease;
}

interface Kept {
  readonly origin: string;
  readonly lookup: LookupFunction | undefined;
  readonly pool: Pool;
  users: number;
}

export function createPools({ connections, timeoutMs }: PoolOptions): Pools {
  const kept = new Set<Kept>();
  const open = (origin: string, lookup: LookupFunction | undefined): Kept => {
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      headersTimeout: 0, // Whoever asks sets a time for all of it.
      bodyTimeout: 0,
      connect: withoutContinue(buildConnector({ timeout: timeoutMs, ...(lookup && { lookup }) })),
    });
    const opened = { origin, lookup, pool, users: 0 };
    kept.add(opened);
    return opened;
  };
  return {
    take(origin, lookup) {
      const known = [...kept].find((one) => one.origin === origin && one.lookup === lookup);
      const taken = known ?? open(origin, lookup);
      taken.users++;
      return {
        pool: taken.pool,
        async release() {
          taken.users--;
          if (taken.users > 0) return;
          kept.delete(taken);
          await taken.pool.destroy();
        },
      };
    },
  };
}
