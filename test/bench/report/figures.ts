/** What one round saw of one peer. */
export interface Round {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Most resident memory while it was measured, MB. */
  readonly peakMb: number;
  /** Share of its core that the gateway used, and of theirs that load and subgraphs used: which of them was the limit. */
  readonly gatewayBusy: number;
  readonly loadBusy: number;
}

export type Figures = Round & {
  /**
   * Requests per second of the gateway's own processor time: what it would take with its core to itself. It holds on a
   * machine that is busy with other things as well; null for who uses none.
   */
  readonly perCoreSecond: number | null;
  /** Medians of the ratios to the base in the same round; null without a base. */
  readonly ratio: number | null;
  readonly coreRatio: number | null;
  /** Requests per second of every round, to see how far they lie apart. */
  readonly rounds: readonly number[];
};

/** The middle value; the mean of the two middle ones when their number is even. Throws on none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/**
 * Medians over the rounds. A ratio compares only what was measured in the same round, since the machine changes between
 * rounds; so it is the median of the ratios, not the ratio of the medians.
 */
export function figuresOf(rounds: readonly Round[], base: readonly Round[] | null): Figures {
  const of = (key: keyof Round): number => median(rounds.map((one) => one[key]));
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    peakMb: Math.max(...rounds.map((one) => one.peakMb)),
    gatewayBusy: of('gatewayBusy'),
    loadBusy: of('loadBusy'),
    perCoreSecond: rounds.every(isOnCore) ? median(rounds.map(perCoreSecond)) : null,
    ratio: base && ratioTo(rounds, base),
    coreRatio: base && coreRatioTo(rounds, base),
    rounds: rounds.map((one) => one.perSecond),
  };
}

/** Median of the ratios of requests per second, round by round; null when not every round has its counterpart. */
export function ratioTo(rounds: readonly Round[], base: readonly Round[]): number | null {
  return medianRatio(rounds, base, (one) => one.perSecond);
}

/** The same of requests per second of processor time. */
export function coreRatioTo(rounds: readonly Round[], base: readonly Round[]): number | null {
  return [...rounds, ...base].every(isOnCore) ? medianRatio(rounds, base, perCoreSecond) : null;
}

function medianRatio(
  rounds: readonly Round[],
  base: readonly Round[],
  of: (round: Round) => number,
): number | null {
  if (base.length !== rounds.length) return null;
  return median(rounds.map((one, at) => of(one) / of(base[at] ?? one)));
}

const perCoreSecond = ({ perSecond, gatewayBusy }: Round): number => perSecond / gatewayBusy;

const isOnCore = ({ gatewayBusy }: Round): boolean => gatewayBusy > 0;
