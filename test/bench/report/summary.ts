import { APOLLO, NOBODY } from '../peers/index.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Goal, goalsOf } from './goals.ts';
import type { Measure, Results } from './results.ts';

/** One row of the tables: one peer in one case. */
export interface Row {
  readonly case: string;
  readonly title: string;
  readonly peer: string;
  readonly growth: Measure['growth'];
  readonly figures: (Figures & { readonly calls: number; readonly bytes: number }) | null;
  /** Why there are no figures. */
  readonly failure: string | null;
}

/** A run, reduced to medians and ratios; what is printed, as a table or as JSON. */
export type Summary = Omit<Results, 'measures'> & {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
};

export function summarise({ measures, ...results }: Results): Summary {
  return {
    ...results,
    rows: measures.map((one) => rowOf(one, measures)),
    goals: goalsOf(measures, results),
  };
}

function rowOf({ id, title, peer, growth, outcome }: Measure, measures: readonly Measure[]): Row {
  const shared = { case: id, title, peer, growth };
  if (outcome.kind === 'failed') return { ...shared, figures: null, failure: outcome.why };
  const base = measures.find((one) => one.id === id && one.peer === APOLLO)?.outcome;
  const isCompared = peer !== NOBODY && base?.kind === 'measured';
  const figures = figuresOf(outcome.rounds, isCompared ? base.rounds : null);
  return { ...shared, figures: { ...figures, calls: outcome.calls, bytes: outcome.bytes }, failure: null };
}
