import { describe, expect, it } from 'vitest';
import { APOLLO, LEDGER_OFF, LIANCHA } from '../peers/index.ts';
import type { Round } from './figures.ts';
import type { Measure, Results } from './results.ts';
import { summarise } from './summary.ts';
import { tableOf } from './table.ts';

const rounds = (perSecond: number, peakMb: number, gatewayBusy = 1): Round[] =>
  [0.9, 1, 1.1].map((factor) => ({
    perSecond: perSecond * factor,
    p50: 1,
    p99: 2,
    peakMb,
    gatewayBusy,
    loadBusy: 0.5,
  }));

const measured = (id: string, peer: string, perSecond: number, calls = 1, peakMb = 100): Measure => ({
  id,
  title: id,
  peer,
  growth: null,
  outcome: { kind: 'measured', rounds: rounds(perSecond, peakMb), calls, bytes: 1_024 },
});

const run = (measures: readonly Measure[]): Results => ({
  machine: 'a machine',
  takenAt: '2026-11-25T00:00:00.000Z',
  quick: false,
  database: { name: 'PostgreSQL', serverMb: 40 },
  absent: [{ peer: 'Grafbase', why: 'not installed' }],
  skipped: [],
  starts: [],
  measures,
  ledger: { records: 1_000, appendedPerSecond: 19_999, verifiedPerSecond: 100_000 },
  halfLoad: {
    perSecond: 500,
    rounds: [9, 4, 3].map((p99) => ({ on: { p50: 1, p99 }, off: { p50: 1, p99: 1 } })),
  },
});

describe('the report', () => {
  const summary = summarise(
    run([
      measured('small', APOLLO, 1_000),
      measured('small', LIANCHA, 8_000, 1, 120),
      measured('small', LEDGER_OFF, 10_000),
      measured('deep', APOLLO, 100, 8),
      measured('deep', LIANCHA, 900, 12),
      {
        id: 'big',
        title: 'big',
        peer: LIANCHA,
        growth: null,
        outcome: { kind: 'failed', why: 'other data\nthan expected' },
      },
    ]),
  );
  const goal = (what: string) => summary.goals.find((one) => one.what === what);

  it('says of each goal what was found, and never that it was reached when it was not measured', () => {
    expect(goal(`small: × ${APOLLO}`)).toMatchObject({ found: 8, isReached: true });
    expect(goal(`deep: × ${APOLLO}`)).toMatchObject({ found: 9, isReached: false });
    expect(goal(`big: × ${APOLLO}`)).toMatchObject({ found: null, isReached: null });
    expect(goal('small: × Grafbase')).toMatchObject({ found: null, isReached: null });
    expect(goal('ledger on, small: × Liancha, ledger off')).toMatchObject({ found: 0.8, isReached: false });
  });

  it('holds calls against the best peer, memory against @apollo/gateway, and p99 against the same run without ledger', () => {
    expect(goal('deep: calls to subgraphs')).toMatchObject({ goal: '≤ 8', found: 12, isReached: false });
    expect(goal('memory under load, MB')).toMatchObject({ goal: '< 100', found: 120, isReached: false });
    expect(goal('ledger on, half load: p99 ms more')).toMatchObject({ found: 3, isReached: true });
    expect(goal('ledger alone: records/s appended')).toMatchObject({ isReached: false });
    expect(goal('ledger alone: records/s verified')).toMatchObject({ isReached: true });
  });

  it('names who was left out and who failed, and why', () => {
    const table = tableOf(summary);
    expect(table).toContain('Left out: Grafbase (not installed).');
    expect(table).toContain('Failed: Liancha in big: other data than expected');
    expect(table).toContain('| small | Liancha | 8,000 | 8 |');
  });

  it('warns when somebody else had the core of the gateways', () => {
    const outcome = { kind: 'measured', rounds: rounds(100, 100, 0.4), calls: 1, bytes: 1 } as const;
    const busy = summarise(run([{ ...measured('small', LIANCHA, 100), outcome }]));
    expect(tableOf(busy)).toContain('had 40 % of their core');
    expect(tableOf(summary)).not.toContain('busy with other things');
  });
});
