import type { Case } from '../cases/index.ts';
import type { Feed } from '../load/index.ts';
import type { Peer, Running } from '../peers/index.ts';
import type { Round } from '../report/figures.ts';
import type { Measure } from '../report/results.ts';
import type { Subgraphs } from '../stubs/index.ts';
import { type Effort, feedFor, measureRound } from './round.ts';
import { verifyAnswers } from './verify.ts';

export const ROUNDS = 3;

export interface CaseRun {
  readonly one: Case;
  readonly peers: readonly Peer[];
  /** Those that have started, by name; and why others have not. */
  readonly gateways: ReadonlyMap<string, Running>;
  readonly broken: ReadonlyMap<string, string>;
  readonly tokens: readonly string[];
  readonly subgraphs: Subgraphs;
  readonly quick: boolean;
  /** Nothing was asked of these gateways before. */
  readonly isFirst: boolean;
  expected(operation: string): Promise<string>;
}

export interface CaseResults {
  readonly measures: readonly Measure[];
  /** What each peer was sent, for whoever measures on. */
  readonly feeds: ReadonlyMap<string, Feed>;
}

interface Ready {
  readonly name: string;
  readonly running: Running;
  readonly feed: Feed;
  readonly rounds: Round[];
  readonly calls: number;
  readonly bytes: number;
}

/** Compares every peer's answers with the expected ones, then measures in turn whoever answers rightly. */
export async function measureCase(run: CaseRun): Promise<CaseResults> {
  const failed = new Map(run.broken);
  const ready: Ready[] = [];
  for (const { name } of run.peers) {
    const running = run.gateways.get(name);
    if (!running) continue;
    const verified = await verifyAnswers({ ...run, running });
    if (!verified.ok) {
      failed.set(name, verified.why);
      continue;
    }
    let number = 1; // 0 was asked for the comparison.
    const feed = feedFor(running, run.one, run.tokens, verified.lengths, () => number++);
    ready.push({ name, running, feed, rounds: [], calls: verified.calls, bytes: verified.bytes });
  }
  const rounds = run.quick && run.one.growth ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const effort = effortFor(run, round);
    for (const { name, running, feed, rounds } of ready) {
      if (failed.has(name)) continue;
      const measured = await measureRound(running, feed, run.subgraphs.pid, effort);
      if (measured.ok) rounds.push(measured.round);
      else failed.set(name, `${measured.why}${lastWords(running)}`);
    }
  }
  return {
    measures: run.peers.map(({ name }) => measureOf(run.one, name, ready, failed)),
    feeds: new Map(ready.map(({ name, feed }) => [name, feed])),
  };
}

/** What a gateway that failed has written last: often why. */
function lastWords(running: Running): string {
  const said = running.said().replaceAll(/\s+/g, ' ').slice(-500);
  return said === '' ? '' : `; it said: ${said}`;
}

/** A first round warms what is compiled on the way; growth is a comparison of sizes, and needs less. */
function effortFor({ one, quick, isFirst }: CaseRun, round: number): Effort {
  const { connections, growth } = one;
  const warm = round > 0 ? 0.1 : isFirst ? 0.9 : growth ? 0.2 : 0.4;
  if (quick) return { connections, warm, seconds: growth ? 0.3 : 0.4 };
  return { connections, warm: round === 0 ? 3 : 0.5, seconds: growth ? 2 : 5 };
}

function measureOf(
  { id, title, growth }: Case,
  peer: string,
  ready: readonly Ready[],
  failed: ReadonlyMap<string, string>,
): Measure {
  const shared = { id, title, peer, growth: growth ?? null };
  const why = failed.get(peer);
  const found = ready.find(({ name }) => name === peer);
  if (why !== undefined || !found) {
    progress(`${id}: ${peer}: failed: ${why}`);
    return { ...shared, outcome: { kind: 'failed', why: why ?? 'not started' } };
  }
  const { rounds, calls, bytes } = found;
  progress(`${id}: ${peer}: ${rounds.map((round) => Math.round(round.perSecond)).join(' ')}/s`);
  return { ...shared, outcome: { kind: 'measured', rounds, calls, bytes } };
}

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
