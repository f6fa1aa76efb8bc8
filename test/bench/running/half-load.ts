import { CONNECTIONS } from '../cases/index.ts';
import { type Feed, pace } from '../load/index.ts';
import { median, type Round } from '../report/figures.ts';
import type { HalfLoad, Latency } from '../report/results.ts';
import { ROUNDS } from './case.ts';

interface HalfLoadOptions {
  /** Liancha with its ledger, and without. */
  readonly on: Feed;
  readonly off: Feed;
  readonly quick: boolean;
  /** What Liancha took at the most. */
  readonly most: readonly Round[];
}

/** What the ledger adds to the time of an answer when the gateway has air left: half of its most, at a fixed rate. */
export async function measureHalfLoad({ on, off, quick, most }: HalfLoadOptions): Promise<HalfLoad> {
  const perSecond = Math.floor(median(most.map((one) => one.perSecond)) / 2);
  const seconds = quick ? 1 : 10;
  const latency = async (feed: Feed): Promise<Latency> => {
    const { p50, p99, fault } = await pace(feed, CONNECTIONS, perSecond, seconds);
    if (fault !== null) throw new Error(`at half load: ${fault}`);
    return { p50, p99 };
  };
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ on: await latency(on), off: await latency(off) });
  return { perSecond, rounds };
}
