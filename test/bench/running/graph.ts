import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../cases/index.ts';
import { composePlain, type GraphName, openGraph, referenceFor } from '../graphs/index.ts';
import { memoryMb } from '../machine/index.ts';
import { LEDGER_OFF, LIANCHA, type Peer, type Running, type Setting, VARIANTS } from '../peers/index.ts';
import type { HalfLoad, Measure, Start } from '../report/results.ts';
import { startSubgraphs } from '../stubs/index.ts';
import { type CaseResults, measureCase, progress } from './case.ts';
import { measureHalfLoad } from './half-load.ts';

export interface GraphRun extends Pick<Setting, 'issuer' | 'createDatabase'> {
  readonly graph: GraphName;
  readonly cases: readonly Case[];
  readonly peers: readonly Peer[];
  readonly tokens: readonly string[];
  readonly folder: string;
  readonly quick: boolean;
  /** No case begins after it, in milliseconds since the epoch. */
  readonly deadline: number;
}

export interface GraphResults {
  readonly skipped: readonly string[];
  readonly starts: readonly Start[];
  readonly measures: readonly Measure[];
  readonly halfLoad: HalfLoad | null;
}

/** Starts the subgraphs and every gateway over one graph, measures its cases in interleaved rounds, and ends them. */
export async function measureGraph(run: GraphRun): Promise<GraphResults> {
  const { cases, tokens, quick, deadline } = run;
  if (Date.now() > deadline)
    return { skipped: cases.map((one) => one.id), starts: [], measures: [], halfLoad: null };
  const graph = openGraph(run.graph);
  const subgraphs = await startSubgraphs(run.graph);
  const gateways = new Map<string, Running>();
  const broken = new Map<string, string>();
  try {
    const supergraphSdl = composePlain(graph.members, subgraphs.urlOf);
    const supergraph = join(run.folder, `${run.graph}.graphql`);
    writeFileSync(supergraph, supergraphSdl);
    const members = graph.members.map((one) => ({ ...one, url: subgraphs.urlOf(one.name) }));
    const peers = run.peers.filter((peer) => cases.some((one) => takesPart(peer, one)));
    const starts: Start[] = [];
    for (const [index, peer] of peers.entries()) {
      const folder = join(run.folder, `${run.graph}-${index}`);
      mkdirSync(folder);
      const started = await start(peer, { ...run, members, supergraph, folder });
      if (started.ok) gateways.set(peer.name, started.running);
      else broken.set(peer.name, started.why);
      if (started.ok) starts.push({ graph: run.graph, peer: peer.name, ...started.seen });
    }
    const expected = referenceFor(supergraphSdl, graph);
    const results: CaseResults[] = [];
    let halfLoad: HalfLoad | null = null;
    const skipped: string[] = [];
    for (const one of cases) {
      if (Date.now() > deadline) {
        skipped.push(one.id);
        continue;
      }
      const taking = peers.filter((peer) => takesPart(peer, one));
      const result = await measureCase({
        one,
        peers: taking,
        gateways,
        broken,
        tokens,
        subgraphs,
        quick,
        isFirst: results.length === 0,
        expected,
      });
      results.push(result);
      if (one.id === 'small') halfLoad = await halfLoadOf(result, quick);
    }
    return { skipped, starts, measures: results.flatMap((one) => one.measures), halfLoad };
  } finally {
    for (const running of gateways.values()) await running.stop();
    await subgraphs.stop();
  }
}

function takesPart(peer: Peer, one: Case): boolean {
  return (peer.plans || one.isOneFetch) && (one.tellsCosts || !VARIANTS.has(peer.name));
}

const SETTLE_MS = 100;

type Started =
  | { readonly ok: true; readonly running: Running; readonly seen: Pick<Start, 'readyMs' | 'restMb'> }
  | { readonly ok: false; readonly why: string };

async function start(peer: Peer, setting: Setting): Promise<Started> {
  progress(`${setting.graph}: starting ${peer.name}`);
  const started = performance.now();
  try {
    const running = await peer.start(setting);
    const readyMs = Math.round(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { ok: true, running, seen: { readyMs, restMb: memoryMb(running.pid).now } };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

async function halfLoadOf({ measures, feeds }: CaseResults, quick: boolean): Promise<HalfLoad | null> {
  const most = measures.find(({ peer }) => peer === LIANCHA)?.outcome;
  const [on, off] = [feeds.get(LIANCHA), feeds.get(LEDGER_OFF)];
  return most?.kind === 'measured' && on && off
    ? measureHalfLoad({ on, off, quick, most: most.rounds })
    : null;
}
