import type { Entry, UPDATE_PERIODS } from './entry.ts';

type UpdatePeriod = (typeof UPDATE_PERIODS)[number];

const DAY_MS = 86_400_000;

/** The age in days at which data of an update period are behind: the period, and a day or so to bring it. */
const MOST_DAYS: Readonly<Record<UpdatePeriod, number | null>> = {
  REAL_TIME: 1,
  DAILY: 2,
  WEEKLY: 8,
  MONTHLY: 32,
  QUARTERLY: 93,
  HALF_YEARLY: 185,
  YEARLY: 367,
  IRREGULAR: null,
};

export type Freshness = 'FRESH' | 'STALE' | 'UNKNOWN';

/** Are the data of a resource as current as its provider declares (Measures Art. 13)? Unknown until it reports. */
export function freshnessOf({ lastUpdated, updatePeriod }: Entry, now: number): Freshness {
  const most = MOST_DAYS[updatePeriod];
  if (!lastUpdated) return 'UNKNOWN';
  return most === null || now - lastUpdated.getTime() <= most * DAY_MS ? 'FRESH' : 'STALE';
}
