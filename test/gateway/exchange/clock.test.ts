import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, nextDay } from '../../../gateway/exchange/clock/calendar.ts';
import { beforeDue, endOf } from '../../../gateway/exchange/clock/index.ts';
import { createCalendar, dueAfter, readDay, readNotices } from '../../../gateway/exchange/index.ts';

const CALENDAR = createCalendar(readNotices('policies/calendar'));

describe('Chinese working days', () => {
  it.each([
    ['2025-09-30', true, 'the eve of the National Day holiday'],
    ['2025-10-01', false, 'National Day'],
    ['2025-10-08', false, 'the last day of the holiday of 2025'],
    ['2025-10-11', true, 'a Saturday that makes up'],
    ['2025-10-12', false, 'a Sunday'],
    ['2026-02-16', false, 'the eve of the Spring Festival'],
    ['2026-02-14', true, 'a Saturday that makes up'],
    ['2026-01-04', true, 'a Sunday that makes up'],
  ])('%s: %s (%s)', (day, expected) => {
    expect(CALENDAR.isWorkingDay(day)).toBe(expected);
  });

  it('are counted in Chinese time, wherever the machine stands', () => {
    expect(readDay('2026-09-30T15:59:59Z')).toBe('2026-09-30');
    expect(readDay('2026-09-30T16:00:00Z')).toBe('2026-10-01');
    expect(readDay('2026-10-01T00:30:00+08:00')).toBe('2026-10-01');
    expect(dayOf(Date.parse('2025-12-31T16:00:00Z'))).toBe('2026-01-01');
  });
});

describe('a deadline', () => {
  it.each([
    ['2025-09-29', 1, '2025-09-30', 'the next day'],
    ['2025-09-30', 1, '2025-10-09', 'behind the holiday'],
    ['2025-09-26', 10, '2025-10-16', 'over the holiday, with a Sunday and a Saturday that make up'],
    ['2025-10-10', 1, '2025-10-11', 'on a Saturday that makes up'],
    ['2025-12-31', 1, '2026-01-04', 'across the year’s end, on a Sunday that makes up'],
    ['2025-10-04', 1, '2025-10-09', 'from a day that is no working day'],
    ['2025-10-03', 0, '2025-10-09', 'of no days, on a holiday: the next working day'],
    ['2025-10-09', 0, '2025-10-09', 'of no days: the day itself'],
  ])('from %s, %i working days: the end of %s (%s)', (from, days, due) => {
    expect(dueAfter(CALENDAR, from, days)).toEqual({ due: `${due}T23:59:59+08:00`, assumed: false });
  });

  it('says so where a year’s holidays are not published', () => {
    expect(dueAfter(CALENDAR, '2026-12-31', 3)).toEqual({ due: '2027-01-05T23:59:59+08:00', assumed: true });
    expect(dueAfter(CALENDAR, '2026-12-25', 1)).toEqual({ due: '2026-12-28T23:59:59+08:00', assumed: false });
  });

  it('says so of the last days of a year too, which the next year’s notice may move, until that is published', () => {
    expect(dueAfter(CALENDAR, '2026-12-28', 1)).toEqual({ due: '2026-12-29T23:59:59+08:00', assumed: true });
    expect(dueAfter(CALENDAR, '2025-12-26', 3)).toEqual({ due: '2025-12-31T23:59:59+08:00', assumed: false });
  });

  it('is missed when its last day is over in China, and is preceded by working days', () => {
    const deadline = dueAfter(CALENDAR, '2025-09-26', 4); // 9 October: the holidays of October lie in between
    expect(endOf(deadline)).toBe(Date.parse('2025-10-10T00:00:00+08:00'));
    expect(beforeDue(CALENDAR, deadline, 0)).toBe(Date.parse('2025-10-09T00:00:00+08:00'));
    expect(beforeDue(CALENDAR, deadline, 1)).toBe(Date.parse('2025-09-30T00:00:00+08:00'));
  });

  it('is a working day, and each further day moves it on', () => {
    const day = fc
      .integer({ min: Date.parse('2016-01-01'), max: Date.parse('2026-06-01') })
      .map((instant) => new Date(instant).toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 60 }), (from, days) => {
        const last = dueAfter(CALENDAR, from, days).due.slice(0, 10);
        expect(CALENDAR.isWorkingDay(last)).toBe(true);
        expect(last > from).toBe(true);
        let counted = 0;
        for (let one = nextDay(from); one <= last; one = nextDay(one))
          if (CALENDAR.isWorkingDay(one)) counted++;
        expect(counted).toBe(days);
        expect(dueAfter(CALENDAR, last, 1).due).toBe(dueAfter(CALENDAR, from, days + 1).due);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['2026-02-30', 1],
    ['30.09.2026', 1],
    ['2026-09-30', -1],
    ['2026-09-30', 1.5],
    ['2026-09-30', 1_001],
  ])('is not given for %s and %d', (from, days) => {
    expect(() => dueAfter(CALENDAR, from, days)).toThrow(RangeError);
  });
});

describe('the calendar', () => {
  const notice = (year: number, days: object) =>
    JSON.stringify({ year, source: 'a test', workdays: [], ...days }); // JSON is YAML
  const folderOf = (files: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'liancha-calendar-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };

  it('is the operator’s: a year’s file stands before what the package knows of that year', () => {
    const folder = folderOf({
      '2026.yaml': notice(2026, { holidays: ['2026-03-02'], workdays: ['2026-03-07'] }),
      '2027.yaml': notice(2027, { holidays: ['2026-12-31', '2027-01-01'] }),
    });
    const calendar = createCalendar(readNotices(folder));
    const worked = (...days: string[]) => days.map((day) => calendar.isWorkingDay(day));
    expect(worked('2026-03-02', '2026-03-07', '2026-10-01')).toEqual([false, true, true]);
    expect(worked('2026-12-31', '2027-01-01', '2027-01-04')).toEqual([false, false, true]);
    expect(worked('2025-10-01')).toEqual([false]); // As before, of the package.
    expect(['2026-12-31', '2027-06-30', '2027-12-30'].map(calendar.isSettled)).toEqual([true, true, false]);
    rmSync(folder, { recursive: true });
  });

  it('the files that are shipped say the same as the package', () => {
    const [shipped, seeded] = [CALENDAR, createCalendar(readNotices('no/such/folder'))];
    for (let day = '2025-01-01'; day < '2027-01-01'; day = nextDay(day))
      expect([day, shipped.isWorkingDay(day), shipped.isSettled(day)]).toEqual([
        day,
        seeded.isWorkingDay(day),
        seeded.isSettled(day),
      ]);
  });

  it.each([
    ['2027.yaml', notice(2026, { holidays: ['2026-01-01'] })],
    ['2027.yaml', notice(2027, { holidays: ['2028-01-01'] })],
    ['2027.yaml', notice(2027, { holidays: ['2027-02-30'] })],
    ['2027.yaml', notice(2027, { holidays: [] })],
    ['2027.yaml', JSON.stringify({ year: 2027, holidays: ['2027-01-01'], workdays: [] })],
  ])('names a file that is wrong: %s', (name, text) => {
    const folder = folderOf({ [name]: text });
    expect(() => readNotices(folder)).toThrow(name);
    rmSync(folder, { recursive: true });
  });
});
