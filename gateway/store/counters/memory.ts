import { LRUCache } from 'lru-cache';
import type { Counters, Taken } from './counters.ts';

const ALLOWED: Taken = { allowed: true, retryAfterMs: 0 };
const KEPT_KEYS = 100_000;

/**
 * Counters of one process, by the generic cell rate algorithm: a key's whole state is the time at which its
 * allowance is full again.
 */
export function memoryCounters(now: () => number): Counters {
  const fullAt = new LRUCache<string, number>({ max: KEPT_KEYS });
  // Never forgotten before their window ends: who could push a count out could start it anew.
  const windows = new Map<number, Map<string, number>>();
  return {
    take(key, cost, limit, windowMs) {
      const at = now();
      const start = Math.max(at, fullAt.get(key) ?? 0);
      const next = start + (cost * windowMs) / limit;
      const excess = next - windowMs - at;
      if (excess > 0) return { allowed: false, retryAfterMs: Math.ceil(excess) };
      fullAt.set(key, next);
      return ALLOWED;
    },
    takeUntil(key, limit, endsAt, _when, count = 1) {
      const at = now();
      for (const ended of windows.keys()) if (ended <= at) windows.delete(ended);
      const counts = windows.get(endsAt) ?? new Map<string, number>();
      const before = counts.get(key) ?? 0;
      if (before + count > limit) return { allowed: false, retryAfterMs: Math.max(1, endsAt - at) };
      windows.set(endsAt, counts.set(key, before + count));
      return ALLOWED;
    },
    giveBackUntil(key, endsAt, count) {
      const counts = windows.get(endsAt);
      const before = counts?.get(key);
      if (before !== undefined) counts?.set(key, Math.max(0, before - count));
    },
    close: async () => {
      fullAt.clear();
      windows.clear();
    },
  };
}
