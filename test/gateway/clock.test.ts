import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockFault, steadyClock } from '../../gateway/clock.ts';

describe('time', () => {
  test('goes with the machine’s clock, and runs on where that is set back', () => {
    let wall = 1_000_000;
    let elapsed = 0;
    const now = steadyClock(
      () => wall,
      () => elapsed,
    );
    const pass = (ms: number, set = 0) => {
      elapsed += ms;
      wall += ms + set;
      return now();
    };
    expect([now(), now()]).toEqual([1_000_000, 1_000_000]);
    expect(pass(500)).toBe(1_000_500);
    expect(pass(10, -86_400_000)).toBe(1_000_510);
    expect(pass(3_600_000)).toBe(4_600_510);
    expect(pass(1_000, 86_400_000)).toBe(4_601_510);
    // Put right once more: now it is the machine's time again.
    expect(pass(0, 5_000)).toBe(4_606_510);
  });

  test('never goes back, whatever is done to the machine’s clock', () => {
    const steps = fc.array(fc.record({ passes: fc.nat(10_000), set: fc.integer({ min: -1e7, max: 1e7 }) }));
    fc.assert(
      fc.property(steps, (all) => {
        let wall = 1e12;
        let elapsed = 0;
        const now = steadyClock(
          () => wall,
          () => elapsed,
        );
        let before = now();
        for (const { passes, set } of all) {
          elapsed += passes;
          wall += passes + set;
          const next = now();
          expect(next).toBeGreaterThanOrEqual(before);
          before = next;
        }
      }),
    );
  });
});

describe('a gateway does not start', () => {
  const now = Date.parse('2026-11-28T00:00:00Z');
  const minutes = (count: number): number => now + count * 60_000;

  test.each([
    ['well before the last signed head', { head: minutes(6), server: null }, 'last signed head'],
    ['well before the database server', { head: null, server: minutes(6) }, 'database server'],
    ['well after the database server', { head: null, server: minutes(-6) }, 'database server'],
  ])('by a clock that is %s', (_, compared, reason) => {
    expect(clockFault(now, compared)).toContain(reason);
  });

  test('without something to compare with, or where all is within minutes, it does', () => {
    expect(clockFault(now, { head: null, server: null })).toBeNull();
    expect(clockFault(now, { head: minutes(-9_999), server: minutes(4) })).toBeNull();
    expect(clockFault(now, { head: minutes(4), server: null })).toBeNull();
  });
});
