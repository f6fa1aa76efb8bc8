import { type Calendar, type Day, dayOf, isDay, nextDay, previousDay, startOf } from './calendar.ts';

/** A deadline. */
export interface Due {
  /** The end of the last working day: ISO 8601 with the offset of China, `2026-10-15T23:59:59+08:00`. */
  readonly due: string;
  /** A day was counted that a notice of holidays may still change: the deadline may move. */
  readonly assumed: boolean;
}

/** Far beyond any deadline of the law. */
const MOST_WORKING_DAYS = 1_000;

/**
 * The deadline `workingDays` after a day. The day of submission does not count, whether or not it is a working day; the
 * deadline is the end of the last working day. With 0 it is the day itself, or the next working day.
 * Throws a `RangeError` for a date that does not exist or a number that is no count of days.
 */
export function dueAfter(calendar: Calendar, from: Day, workingDays: number): Due {
  if (!isDay(from)) throw new RangeError(`${from} 不是日期 is not a date (YYYY-MM-DD)`);
  if (!Number.isInteger(workingDays) || workingDays < 0 || workingDays > MOST_WORKING_DAYS)
    throw new RangeError(
      `工作日数应为 0–${MOST_WORKING_DAYS} working days must be 0 to ${MOST_WORKING_DAYS}`,
    );
  let day = from;
  let assumed = false;
  const look = (): boolean => {
    if (!calendar.isSettled(day)) assumed = true;
    return calendar.isWorkingDay(day);
  };
  if (workingDays === 0) while (!look()) day = nextDay(day);
  for (let left = workingDays; left > 0; ) {
    day = nextDay(day);
    if (look()) left--;
  }
  return { due: `${day}T23:59:59+08:00`, assumed };
}

/** The instant from which on a deadline is missed: its last day is over. */
export function endOf({ due }: Pick<Due, 'due'>): number {
  return startOf(nextDay(due.slice(0, 10)));
}

/** The beginning of the day that lies a number of working days before the last day of a deadline. */
export function beforeDue(calendar: Calendar, { due }: Pick<Due, 'due'>, workingDays: number): number {
  let day = due.slice(0, 10);
  for (let left = workingDays; left > 0; ) {
    day = previousDay(day);
    if (calendar.isWorkingDay(day)) left--;
  }
  return startOf(day);
}

/** The instant of a day in China, its beginning or its end, or of a text with its offset; null for neither. */
export function instantOf(text: string, edge: 'START' | 'END'): number | null {
  if (isDay(text)) return startOf(edge === 'START' ? text : nextDay(text));
  return readDay(text) === null ? null : Date.parse(text);
}

/** The day in China of a date (`2026-09-30`) or of an instant with its offset (`2026-09-30T18:00:00Z`); null for neither. */
export function readDay(text: string): Day | null {
  if (isDay(text)) return text;
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const instant = Date.parse(text);
  return isInstant && !Number.isNaN(instant) && isDay(text.slice(0, 10)) ? dayOf(instant) : null;
}
