const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** China has one time zone, UTC+8, and no summer time. */
const OFFSET_MS = 8 * HOUR_MS;

/** The end of the Chinese calendar day of an instant. */
export function endOfDay(now: number): number {
  return (Math.floor((now + OFFSET_MS) / DAY_MS) + 1) * DAY_MS - OFFSET_MS;
}
