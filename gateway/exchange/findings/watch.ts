import type { Queryable } from '../../store/index.ts';
import { scheduleJob, type Worker } from '../jobs/index.ts';
import type { FindingParts } from './change.ts';
import { findMisuse, type MisuseRules } from './rules.ts';

export const MISUSE_JOB = 'misuse';
const EVERY_MS = 5 * 60_000;

/** Schedules the next look for misuse; there is one for all instances. */
export async function watchMisuse(database: Queryable, runAt: number): Promise<void> {
  await scheduleJob(database, { kind: MISUSE_JOB, key: 'all', payload: null, runAt });
}

/** Looks for misuse again and again: what is found and the next look are one transaction. */
export function misuseWorker(parts: FindingParts, rules: MisuseRules): Worker {
  return {
    way: 'IN_TRANSACTION',
    async work(_, transaction) {
      await findMisuse(parts, transaction, rules);
      await watchMisuse(transaction, parts.now() + EVERY_MS);
    },
  };
}
