import { Redis } from 'ioredis';
import type { Counters } from './counters.ts';
import { memoryCounters } from './memory.ts';

interface Reporter {
  error(facts: object, message: string): void;
}

/** The same algorithm as in memory, in one round trip, on Redis' own clock. Returns how long to wait in ms. */
const TAKE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
local start = math.max(now, full)
local nextFull = start + tonumber(ARGV[1]) * tonumber(ARGV[3]) / tonumber(ARGV[2])
local excess = nextFull - tonumber(ARGV[3]) - now
if excess > 0 then return math.ceil(excess) end
redis.call('SET', KEYS[1], string.format('%.3f', nextFull), 'PX', math.ceil(nextFull - now) + 1)
return 0`;

/** Some of a window's limit; the key goes an hour after the window's end, as clocks differ. */
const TAKE_UNTIL = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count + tonumber(ARGV[3]) > tonumber(ARGV[1]) then return 0 end
redis.call('INCRBY', KEYS[1], ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[2] + 3600000)
return 1`;

const GIVE_BACK = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count > 0 then redis.call('DECRBY', KEYS[1], math.min(count, tonumber(ARGV[1]))) end
return 0`;

/** When to try again what Redis has to count and could not. */
const UNREACHABLE_MS = 60_000;

/**
 * Counters shared by all instances. While Redis cannot be reached each instance counts for itself: the limit
 * then holds per instance, and that is reported. What must not be counted alone is refused meanwhile.
 */
export function redisCounters(url: string, report: Reporter): Counters {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    commandTimeout: 250,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  const own = memoryCounters(Date.now);
  let isReported = false;
  const reportOnce = (error: unknown): void => {
    if (isReported) return;
    isReported = true;
    const reason = error instanceof Error ? error.message : String(error);
    report.error({ reason }, 'Redis cannot be reached: limits hold per instance until it can');
  };
  redis.on('error', reportOnce);
  redis.on('ready', () => {
    isReported = false;
  });
  redis.connect().catch(() => undefined); // Reported by the listener; ioredis keeps trying.
  return {
    async take(key, cost, limit, windowMs) {
      try {
        const wait = Number(await redis.eval(TAKE, 1, `liancha:${key}`, cost, limit, windowMs));
        isReported = false;
        return { allowed: wait === 0, retryAfterMs: wait };
      } catch (error) {
        reportOnce(error);
        return own.take(key, cost, limit, windowMs);
      }
    },
    async takeUntil(key, limit, endsAt, when, count = 1) {
      try {
        const taken = Number(await redis.eval(TAKE_UNTIL, 1, windowKey(key, endsAt), limit, endsAt, count));
        isReported = false;
        return taken === 1
          ? { allowed: true, retryAfterMs: 0 }
          : { allowed: false, retryAfterMs: Math.max(1, endsAt - Date.now()) };
      } catch (error) {
        reportOnce(error);
        if (when === 'REFUSE') return { allowed: false, retryAfterMs: UNREACHABLE_MS };
        return own.takeUntil(key, limit, endsAt, when, count);
      }
    },
    async giveBackUntil(key, endsAt, count) {
      try {
        await redis.eval(GIVE_BACK, 1, windowKey(key, endsAt), count);
      } catch (error) {
        reportOnce(error); // Too much counted is no harm.
        await own.giveBackUntil(key, endsAt, count);
      }
    },
    async close() {
      redis.disconnect();
      await own.close();
    },
  };
}

function windowKey(key: string, endsAt: number): string {
  return `liancha:${endsAt}:${key}`;
}
