import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreRatioTo, figuresOf, median, type Round, ratioTo } from './figures.ts';

const round = (perSecond: number, more: Partial<Round> = {}): Round => ({
  perSecond,
  p50: 1,
  p99: 2,
  peakMb: 100,
  gatewayBusy: 1,
  loadBusy: 0.5,
  ...more,
});

describe('the median', () => {
  it('is the middle value, and the mean of the two middle ones of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('no median');
  });

  it('has as many values above it as below it, in whatever order they come', () => {
    const values = fc.array(fc.double({ noNaN: true, min: 0.001, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (some) => {
        const middle = median(some);
        const below = some.filter((one) => one < middle).length;
        const above = some.filter((one) => one > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(some.length / 2);
        expect(median([...some].reverse())).toBe(middle);
      }),
    );
  });
});

describe('the ratio of two peers', () => {
  it('compares each round with its own: a machine that was slow for one whole round changes nothing', () => {
    const theirs = [round(100), round(10), round(100)];
    expect(ratioTo([round(800), round(80), round(800)], theirs)).toBe(8);
  });

  it('is the median of the ratios, not the ratio of the medians', () => {
    // Medians: 200 and 100. The ratios are 2, 20 and 1.5.
    expect(ratioTo([round(200), round(200), round(300)], [round(100), round(10), round(200)])).toBe(2);
  });

  it('is none when a round has no counterpart', () => {
    expect(ratioTo([round(200), round(300)], [round(100)])).toBeNull();
    expect(figuresOf([round(200)], null).ratio).toBeNull();
  });
});

describe('the ratio by processor time', () => {
  it('is what the ratio would be if nobody else had used the core', () => {
    const ours = [round(100, { gatewayBusy: 0.25 }), round(400), round(40, { gatewayBusy: 0.1 })];
    const theirs = [round(50, { gatewayBusy: 0.5 }), round(100), round(100)];
    expect(coreRatioTo(ours, theirs)).toBe(4);
    expect(ratioTo(ours, theirs)).toBe(2);
  });

  it('is none where a peer used no processor of its own', () => {
    expect(coreRatioTo([round(100)], [round(100, { gatewayBusy: 0 })])).toBeNull();
    expect(figuresOf([round(100, { gatewayBusy: 0 })], null).perCoreSecond).toBeNull();
  });
});

describe('the figures of a peer', () => {
  it('are medians, but of memory the most', () => {
    const rounds = [round(10, { p99: 50, peakMb: 90 }), round(30, { p99: 7 }), round(20, { p99: 9 })];
    expect(figuresOf(rounds, rounds)).toMatchObject({
      perSecond: 20,
      p99: 9,
      peakMb: 100,
      ratio: 1,
      rounds: [10, 30, 20],
    });
  });
});
