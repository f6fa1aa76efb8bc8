/** The day length, and the offset of Chinese time (UTC+8, no summer time since 1991), in milliseconds. */
const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;

/** A calendar day in China, `2026-10-09`. */
export type Day = string;

/** The day in China on which an instant falls, whatever the machine's time zone is. */
export function dayOf(instant: number): Day {
  return new Date(instant + OFFSET_MS).toISOString().slice(0, 10);
}

export function nextDay(day: Day): Day {
  return shift(day, 1);
}

export function previousDay(day: Day): Day {
  return shift(day, -1);
}

function shift(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The instant at which a day begins in China. */
export function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}

/** Is it a day of the calendar? `2026-02-30` is not. */
export function isDay(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(instant) &&
    new Date(instant).toISOString().slice(0, 10) === text
  );
}

/** The State Council's notice of one year: days off, and weekend days that are worked instead. */
export interface Year {
  readonly holidays: ReadonlySet<Day>;
  readonly workdays: ReadonlySet<Day>;
}

/** Which days are worked, as far as notices are known. */
export interface Calendar {
  /** Monday to Friday less State Council holidays, plus make-up working days; weekends only where no list is known. */
  isWorkingDay(day: Day): boolean;
  /**
   * Is it settled whether a day is a working day: has the State Council's list for its year been published, and for the last three days of
   * a year also the next one's, as far as the calendar knows?
   */
  isSettled(day: Day): boolean;
}

/** The last days of a year belong to the next one's New Year holiday: its notice has moved them in 2006, 2007, 2011, 2018 and 2022. */
const NEXT_YEARS_DAYS = '12-29';

/** `years`: the notices, by year. */
export function createCalendar(years: ReadonlyMap<string, Year>): Calendar {
  const isIn = (kind: keyof Year, day: Day): boolean => {
    const year = day.slice(0, 4);
    if (years.get(year)?.[kind].has(day)) return true;
    // The last days of December stand in the next year's notice.
    return day.slice(5) >= NEXT_YEARS_DAYS && (years.get(String(Number(year) + 1))?.[kind].has(day) ?? false);
  };
  return {
    isWorkingDay(day) {
      if (isIn('workdays', day)) return true;
      if (isIn('holidays', day)) return false;
      const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
      return weekday !== 0 && weekday !== 6;
    },
    isSettled(day) {
      const year = day.slice(0, 4);
      if (!years.has(year)) return false;
      return day.slice(5) < NEXT_YEARS_DAYS || years.has(String(Number(year) + 1));
    },
  };
}
