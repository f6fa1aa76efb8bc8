export type { Counters, Taken } from './counters/counters.ts';
export { memoryCounters } from './counters/memory.ts';
export { redisCounters } from './counters/redis.ts';
