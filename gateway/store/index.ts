export type { Counters, Taken } from './counters/counters.ts';
export { memoryCounters } from './counters/memory.ts';
export { redisCounters } from './counters/redis.ts';
export {
  type Database,
  DatabaseError,
  isUniqueViolation,
  type Queryable,
  type Row,
} from './database/database.ts';
export { openDatabase } from './database/open.ts';
