import { type Case, CONNECTIONS } from '../cases/index.ts';
import { type Feed, saturate } from '../load/index.ts';
import { cpuSeconds, forgetPeak, memoryMb } from '../machine/index.ts';
import type { Running } from '../peers/index.ts';
import type { Round } from '../report/figures.ts';
import { postBytes } from '../wire/post.ts';

/** Two tokens for each connection, none for two of them: no gateway may take two callers for one. */
export const TOKENS = 2 * CONNECTIONS;

/** The requests of one case to one peer. Every request carries an authorization header of its connection's own. */
export function feedFor(
  running: Running,
  one: Case,
  tokens: readonly string[],
  lengths: ReadonlySet<number>,
  nextNumber: () => number,
): Feed {
  const { port, path } = running;
  const bytes = (connection: number, turn: number, n: number): Buffer => {
    const token = tokens[connection + CONNECTIONS * (turn % 2)] ?? '';
    return postBytes(port, path, token, running.phrase(one.operation(n)));
  };
  if (!Number.isFinite(one.distinct)) {
    const next = (connection: number): Buffer => {
      const n = nextNumber();
      return bytes(connection, Math.floor(n / CONNECTIONS), n);
    };
    return { port, lengths, next };
  }
  // Written beforehand; connections begin at different places of the round.
  const turns = Array.from({ length: CONNECTIONS }, () => 0);
  const written = turns.map((_, connection) =>
    Array.from({ length: 2 * one.distinct }, (_, turn) =>
      bytes(
        connection,
        turn < one.distinct ? 0 : 1,
        (turn + Math.floor((connection * one.distinct) / CONNECTIONS)) % one.distinct,
      ),
    ),
  );
  return {
    port,
    lengths,
    next: (connection) => {
      const list = written[connection] ?? [];
      const turn = turns[connection] ?? 0;
      turns[connection] = (turn + 1) % list.length;
      return list[turn] ?? Buffer.alloc(0);
    },
  };
}

export interface Effort {
  readonly connections: number;
  /** Seconds before, which do not count. */
  readonly warm: number;
  readonly seconds: number;
}

export type Measured =
  | { readonly ok: true; readonly round: Round }
  | { readonly ok: false; readonly why: string };

/** One round of one peer: as much as it takes, and what the two cores were busy with meanwhile. */
export async function measureRound(
  running: Running,
  feed: Feed,
  subgraphsPid: number,
  { connections, warm, seconds }: Effort,
): Promise<Measured> {
  if (warm > 0) {
    const warmed = await saturate(feed, connections, warm);
    if (warmed.fault !== null) return { ok: false, why: warmed.fault };
  }
  forgetPeak(running.pid);
  const loadCpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6 + cpuSeconds(subgraphsPid);
  };
  const before = { at: performance.now(), gateway: cpuSeconds(running.pid), load: loadCpu() };
  const sample = await saturate(feed, connections, seconds);
  const took = (performance.now() - before.at) / 1_000;
  if (sample.fault !== null) return { ok: false, why: sample.fault };
  const round: Round = {
    perSecond: sample.perSecond,
    p50: sample.p50,
    p99: sample.p99,
    peakMb: memoryMb(running.pid).peak,
    gatewayBusy: (cpuSeconds(running.pid) - before.gateway) / took,
    loadBusy: (loadCpu() - before.load) / took,
  };
  return { ok: true, round };
}
