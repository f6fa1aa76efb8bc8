import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { isDay, type Year } from './calendar.ts';

const day = z.string().refine(isDay, 'not a date (YYYY-MM-DD)');

/** One year's notice, as the operator keeps it. */
const NoticeFile = z.strictObject({
  year: z.number().int().min(2000).max(2200),
  /** Where the days stand: number and date of the notice. */
  source: z.string().min(1),
  /** Days off that would be working days, or weekends of a holiday. */
  holidays: z.array(day).min(1),
  /** Weekend days that are worked instead. */
  workdays: z.array(day),
});

/**
 * The notices of a folder, `<year>.yaml` each, before those that the package `chinese-days` brings. Throws one error that names the file and
 * what is wrong in it.
 */
export function readNotices(folder: string): Map<string, Year> {
  const years = seededYears();
  for (const name of noticeFiles(folder)) {
    const read = NoticeFile.safeParse(parse(readFileSync(join(folder, name), 'utf8')));
    if (!read.success) throw new Error(`节假日安排有误 ${name}:\n${z.prettifyError(read.error)}`);
    const { year, holidays, workdays } = read.data;
    const isOther = [...holidays, ...workdays].find((one) => !isOfNotice(one, year));
    if (name !== `${year}.yaml` || isOther !== undefined)
      throw new Error(`节假日安排有误 ${name}: ${isOther ?? year} 不属该年 is not of that year`);
    years.set(String(year), { holidays: new Set(holidays), workdays: new Set(workdays) });
  }
  return years;
}

/** Files of notices, in their order; a folder that is not there has none. */
export function noticeFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{4}\.yaml$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** A notice speaks of its year, and of the end of the year before. */
function isOfNotice(one: string, year: number): boolean {
  return one.startsWith(`${year}-`) || one.startsWith(`${year - 1}-12-`);
}

const Days = z.record(z.string(), z.string());

/** What the package knows. Its tables are read, not its functions: those take a date for the machine's local midnight. */
function seededYears(): Map<string, Year> {
  const tables = z
    .object({ holidays: Days, workdays: Days })
    .parse(createRequire(import.meta.url)('chinese-days/dist/chinese-days.json'));
  const years = new Map<string, { holidays: Set<string>; workdays: Set<string> }>();
  for (const kind of ['holidays', 'workdays'] as const)
    for (const one of Object.keys(tables[kind])) {
      const year = one.slice(0, 4);
      const known = years.get(year) ?? { holidays: new Set(), workdays: new Set() };
      years.set(year, known);
      known[kind].add(one);
    }
  // A year with no holidays of its own is known by its make-up days only: its notice has not come.
  for (const [year, { holidays }] of years) if (holidays.size === 0) years.delete(year);
  return years;
}
