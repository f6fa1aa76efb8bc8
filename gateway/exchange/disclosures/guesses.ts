import { dayOf, nextDay, startOf } from '../clock/index.ts';
import type { Caller } from '../module.ts';
import { Refused } from '../refused.ts';
import { type Lookup, type LookupRecorder, recordLookup } from './lookup.ts';

/** What naming a subject came to. `UNDECIDED`: nothing was compared. */
export type Outcome = 'HIT' | 'MISS' | 'UNDECIDED';

/** Takes some of a limit until an instant; from `store`. */
interface Counters {
  takeUntil(key: string, limit: number, endsAt: number, when: 'REFUSE'): Taken | Promise<Taken>;
  giveBackUntil(key: string, endsAt: number, count: number): void | Promise<void>;
}
type Taken = { readonly allowed: boolean };

export interface GuessParts extends LookupRecorder {
  readonly counters: Counters;
  /** How many times a day a department may name a subject of whom nothing is found. */
  readonly missesPerDepartment: number;
}

/**
 * Whoever names a subject and is told whether something was found could guess: a number that an answer shows masked, say. Each is counted
 * before it is looked at, and given back when it was right; so there are never more wrong ones a day, also at once, than the limit says.
 * Each is in the ledger with the subject that was named: without its record nothing is told.
 */
export interface Guesses {
  /** `limit`: instead of the usual one. */
  tell<T extends { readonly outcome: Outcome }>(
    caller: Caller,
    lookup: Lookup,
    work: () => Promise<T>,
    limit?: number,
  ): Promise<T>;
}

export function createGuesses(parts: GuessParts): Guesses {
  return {
    async tell(caller, lookup, work, limit = parts.missesPerDepartment) {
      const key = `guess:${caller.department.code}`;
      const now = parts.now();
      const endsAt = startOf(nextDay(dayOf(now)));
      const taken = await parts.counters.takeUntil(key, limit, endsAt, 'REFUSE');
      if (!taken.allowed) {
        await recordLookup(parts, caller, { ...lookup, rows: 0, errors: ['QUOTA_EXCEEDED'] });
        const retryAfter = Math.ceil((endsAt - now) / 1_000);
        throw new Refused('QUOTA_EXCEEDED', { limit: `${limit} 次未中 misses/day`, retryAfter });
      }
      const result = await work();
      const { outcome } = result;
      if (outcome === 'UNDECIDED') await parts.counters.giveBackUntil(key, endsAt, 1);
      else {
        const isHit = outcome === 'HIT';
        if (isHit) await parts.counters.giveBackUntil(key, endsAt, 1);
        await recordLookup(parts, caller, {
          ...lookup,
          rows: isHit ? 1 : 0,
          errors: isHit ? [] : ['NOT_FOUND'],
        });
      }
      return result;
    },
  };
}
