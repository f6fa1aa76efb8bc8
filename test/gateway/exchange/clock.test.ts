import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, isWorkingDay, nextDay } from '../../../gateway/exchange/clock/calendar.ts';
import { beforeDue, endOf } from '../../../gateway/exchange/clock/index.ts';
import { dueAfter, readDay } from '../../../gateway/exchange/index.ts';

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
    expect(isWorkingDay(day)).toBe(expected);
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
    expect(dueAfter(from, days)).toEqual({ due: `${due}T23:59:59+08:00`, assumed: false });
  });

  it('says so where a year’s holidays are not published', () => {
    expect(dueAfter('2026-12-31', 3)).toEqual({ due: '2027-01-05T23:59:59+08:00', assumed: true });
    expect(dueAfter('2026-12-25', 1)).toEqual({ due: '2026-12-28T23:59:59+08:00', assumed: false });
  });

  it('says so of the last days of a year too, which the next year’s notice may move, until that is published', () => {
    expect(dueAfter('2026-12-28', 1)).toEqual({ due: '2026-12-29T23:59:59+08:00', assumed: true });
    expect(dueAfter('2025-12-26', 3)).toEqual({ due: '2025-12-31T23:59:59+08:00', assumed: false });
  });

  it('is missed when its last day is over in China, and is preceded by working days', () => {
    const deadline = dueAfter('2025-09-26', 4); // 9 October: the holidays of October lie in between
    expect(endOf(deadline)).toBe(Date.parse('2025-10-10T00:00:00+08:00'));
    expect(beforeDue(deadline, 0)).toBe(Date.parse('2025-10-09T00:00:00+08:00'));
    expect(beforeDue(deadline, 1)).toBe(Date.parse('2025-09-30T00:00:00+08:00'));
  });

  it('is a working day, and each further day moves it on', () => {
    const day = fc
      .integer({ min: Date.parse('2016-01-01'), max: Date.parse('2026-06-01') })
      .map((instant) => new Date(instant).toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 60 }), (from, days) => {
        const last = dueAfter(from, days).due.slice(0, 10);
        expect(isWorkingDay(last)).toBe(true);
        expect(last > from).toBe(true);
        let counted = 0;
        for (let one = nextDay(from); one <= last; one = nextDay(one)) if (isWorkingDay(one)) counted++;
        expect(counted).toBe(days);
        expect(dueAfter(last, 1).due).toBe(dueAfter(from, days + 1).due);
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
    expect(() => dueAfter(from, days)).toThrow(RangeError);
  });
});
