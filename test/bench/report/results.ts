import type { LedgerFigures } from '../ledger/measure.ts';
import type { Round } from './figures.ts';

/** Everything that one run has found. */
export interface Results {
  readonly machine: string;
  readonly takenAt: string;
  readonly quick: boolean;
  /** What Liancha kept its business in, and the memory of that server at the end of the run. */
  readonly database: { readonly name: string; readonly serverMb: number | null };
  /** Peers that did not take part, and why. */
  readonly absent: readonly { readonly peer: string; readonly why: string }[];
  /** Cases for which a quick run had no time left. */
  readonly skipped: readonly string[];
  readonly starts: readonly Start[];
  readonly measures: readonly Measure[];
  readonly halfLoad: HalfLoad | null;
  readonly ledger: LedgerFigures | null;
}

/** A peer's start over one graph. */
export interface Start {
  readonly graph: string;
  readonly peer: string;
  readonly readyMs: number;
  readonly restMb: number;
}

export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly peer: string;
  readonly growth: { readonly series: string; readonly size: number } | null;
  readonly outcome: Outcome;
}

export type Outcome =
  | {
      readonly kind: 'measured';
      readonly rounds: readonly Round[];
      /** Calls to subgraphs for one operation. */
      readonly calls: number;
      /** Bytes of one answer. */
      readonly bytes: number;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Latencies at half of the most that Liancha takes in the small case, in milliseconds, round by round. */
export interface HalfLoad {
  readonly perSecond: number;
  readonly rounds: readonly { readonly on: Latency; readonly off: Latency }[];
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}
