import { APOLLO, GRAFBASE, LEDGER_OFF, LIANCHA, PASS_THROUGH, POLICY_OPEN } from '../peers/index.ts';
import { coreRatioTo, median, ratioTo } from './figures.ts';
import type { HalfLoad, Measure, Results } from './results.ts';

/** What the engine and the ledger are to reach, and what this run has found. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  /** null: it could not be measured in this run. */
  readonly found: number | null;
  /** The same by processor time, where it is a ratio of throughputs. */
  readonly foundPerCore: number | null;
  readonly isReached: boolean | null;
}

const AT_LEAST: readonly {
  readonly id: string;
  readonly name: string;
  readonly than: readonly [string, number][];
}[] = [
  {
    id: 'small',
    name: 'small',
    than: [
      [APOLLO, 8],
      [GRAFBASE, 1.5],
      [PASS_THROUGH, 0.6],
    ],
  },
  {
    id: 'deep',
    name: 'deep',
    than: [
      [APOLLO, 10],
      [GRAFBASE, 1],
    ],
  },
  {
    id: 'big',
    name: 'big',
    than: [
      [APOLLO, 20],
      [GRAFBASE, 1.5],
      [PASS_THROUGH, 0.6],
    ],
  },
  { id: 'small', name: 'ledger on, small', than: [[LEDGER_OFF, 0.85]] },
  { id: 'small', name: 'policy on, small', than: [[POLICY_OPEN, 0.95]] },
];
const P99_MS = 5;

export function goalsOf(
  measures: readonly Measure[],
  { halfLoad, ledger }: Pick<Results, 'halfLoad' | 'ledger'>,
): Goal[] {
  const outcomeOf = (id: string, peer: string) => {
    const outcome = measures.find((one) => one.id === id && one.peer === peer)?.outcome;
    return outcome?.kind === 'measured' ? outcome : null;
  };
  const ratios = AT_LEAST.flatMap(({ id, name, than }) =>
    than.map(([peer, least]): Goal => {
      const [ours, theirs] = [outcomeOf(id, LIANCHA), outcomeOf(id, peer)];
      const found = ours && theirs && ratioTo(ours.rounds, theirs.rounds);
      const foundPerCore = ours && theirs && coreRatioTo(ours.rounds, theirs.rounds);
      const isReached = found === null ? null : found >= least;
      return { what: `${name}: × ${peer}`, goal: `≥ ${least}`, found, foundPerCore, isReached };
    }),
  );
  return [...ratios, callsGoal(measures), memoryGoal(outcomeOf), p99Goal(halfLoad), ...ledgerGoals(ledger)];
}

/** Calls for the deep query: no more than the best of the peers. */
function callsGoal(measures: readonly Measure[]): Goal {
  const deep = measures.flatMap(({ id, peer, outcome }) =>
    id === 'deep' && outcome.kind === 'measured' ? [{ peer, calls: outcome.calls }] : [],
  );
  const ours = deep.find(({ peer }) => peer === LIANCHA)?.calls ?? null;
  const others = deep.filter(({ peer }) => !peer.startsWith(LIANCHA)).map(({ calls }) => calls);
  const best = others.length > 0 ? Math.min(...others) : null;
  const isReached = ours === null || best === null ? null : ours <= best;
  return {
    what: 'deep: calls to subgraphs',
    goal: `≤ ${best ?? 'the best peer'}`,
    found: ours,
    foundPerCore: null,
    isReached,
  };
}

type OutcomeOf = (id: string, peer: string) => Extract<Measure['outcome'], { kind: 'measured' }> | null;

function memoryGoal(outcomeOf: OutcomeOf): Goal {
  const peak = (peer: string): number | null => {
    const rounds = ['small', 'deep', 'big'].flatMap((id) => outcomeOf(id, peer)?.rounds ?? []);
    return rounds.length > 0 ? Math.max(...rounds.map((one) => one.peakMb)) : null;
  };
  const [ours, theirs] = [peak(LIANCHA), peak(APOLLO)];
  const isReached = ours === null || theirs === null ? null : ours < theirs;
  return {
    what: 'memory under load, MB',
    goal: `< ${theirs ?? APOLLO}`,
    found: ours,
    foundPerCore: null,
    isReached,
  };
}

function p99Goal(halfLoad: HalfLoad | null): Goal {
  const found = halfLoad && median(halfLoad.rounds.map(({ on, off }) => on.p99 - off.p99));
  const isReached = found === null ? null : found <= P99_MS;
  return {
    what: 'ledger on, half load: p99 ms more',
    goal: `≤ ${P99_MS}`,
    found,
    foundPerCore: null,
    isReached,
  };
}

const APPENDED = 20_000;
const VERIFIED = 100_000;

function ledgerGoals(ledger: Results['ledger']): Goal[] {
  const goal = (what: string, least: number, found: number | null): Goal => {
    const isReached = found === null ? null : found >= least;
    return { what, goal: `≥ ${least.toLocaleString('en')}`, found, foundPerCore: null, isReached };
  };
  return [
    goal('ledger alone: records/s appended', APPENDED, ledger?.appendedPerSecond ?? null),
    goal('ledger alone: records/s verified', VERIFIED, ledger?.verifiedPerSecond ?? null),
  ];
}
