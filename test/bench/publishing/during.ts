import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { projectRoot } from '../../../gateway/files.ts';
import { openDemonstrationIssuer } from '../../../gateway/identity/index.ts';
import type { Case } from '../cases/index.ts';
import { composePlain, openGraph, referenceFor } from '../graphs/index.ts';
import { type Feed, pace, saturate } from '../load/index.ts';
import { LOAD_CORE, pin, unpin } from '../machine/index.ts';
import { liancha, type Running } from '../peers/index.ts';
import { median } from '../report/figures.ts';
import { openBenchDatabase } from '../running/database.ts';
import { feedFor, TOKENS } from '../running/round.ts';
import { verifyAnswers } from '../running/verify.ts';
import { startSubgraphs } from '../stubs/index.ts';
import { startBulletin } from './bulletin.ts';

const CONSUMER = '11990101MB0000011A'; // 云溪市不动产登记中心
const TOKEN_SECONDS = 3_600;
const WARM_SECONDS = 4;
const REST_MS = 1_000;

export interface DuringOptions {
  readonly one: Case;
  /** Of the load before, and of that while one publication follows the other. */
  readonly seconds: number;
  readonly rounds: number;
}

/** What warm queries at a fixed rate, half of the most, had to wait: before, and while versions are published. */
export interface During {
  readonly perSecond: number;
  readonly rounds: readonly Round[];
}

interface Round {
  readonly before: { readonly p50: number; readonly p99: number };
  readonly during: { readonly p50: number; readonly p99: number };
  readonly publications: number;
}

/**
 * A gateway as in production, on all cores, with PostgreSQL where there is a server; the load, the subgraphs and whoever publishes
 * have one core. The city's subgraphs and one more, of which version after version is published through the exchange API.
 */
export async function measureDuring({ one, seconds, rounds }: DuringOptions): Promise<During> {
  pin(process.pid, LOAD_CORE);
  const parent = join(projectRoot(), '.liancha-bench');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'publishing-'));
  const database = await openBenchDatabase();
  const graph = openGraph(one.graph);
  const subgraphs = await startSubgraphs(one.graph);
  const bulletin = await startBulletin();
  let gateway: Running | null = null;
  try {
    const issuer = await openDemonstrationIssuer(folder, {});
    const issue = (department: string, operator: string): Promise<string> =>
      issuer.issue({ department, operator, zone: 'EXTRANET', lifetimeSeconds: TOKEN_SECONDS });
    const tokens = await Promise.all(
      Array.from({ length: TOKENS }, (_, number) => issue(CONSUMER, `bench-${number}`)),
    );
    const members = graph.members.map((member) => ({ ...member, url: subgraphs.urlOf(member.name) }));
    const { name, department, url } = bulletin;
    gateway = await liancha.start({
      graph: one.graph,
      members: [...members, { name, department, url, sdl: bulletin.sdl() }],
      supergraph: '',
      folder,
      issuer: {
        issuer: issuer.trusted.issuer,
        jwks: join(folder, 'demonstration', 'jwks.json'),
      },
      createDatabase: database.create,
    });
    unpin(gateway.pid);
    const supergraphSdl = composePlain(graph.members, subgraphs.urlOf);
    writeFileSync(join(folder, 'supergraph.graphql'), supergraphSdl);
    const expected = referenceFor(supergraphSdl, graph);
    const verified = await verifyAnswers({ running: gateway, one, tokens, subgraphs, expected });
    if (!verified.ok) throw new Error(verified.why);
    const feed = feedFor(gateway, one, tokens, verified.lengths, () => 0);
    await saturate(feed, one.connections, WARM_SECONDS);
    const most = await saturate(feed, one.connections, WARM_SECONDS);
    const perSecond = Math.floor(most.perSecond / 2);
    const publisher = await issue(department, 'bench');
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      await setTimeout(REST_MS);
      const before = await latency(feed, one, perSecond, seconds);
      const { port } = gateway;
      const end = performance.now() + seconds * 1_000;
      const publishing = publishUntil(end, port, publisher, bulletin);
      const during = await latency(feed, one, perSecond, seconds);
      measured.push({ before, during, publications: await publishing });
    }
    return { perSecond, rounds: measured };
  } finally {
    await gateway?.stop();
    bulletin.close();
    await subgraphs.stop();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function latency(feed: Feed, one: Case, perSecond: number, seconds: number) {
  const { p50, p99, fault } = await pace(feed, one.connections, perSecond, seconds);
  if (fault !== null) throw new Error(fault);
  return { p50, p99 };
}

const PUBLISH = `mutation ($input: PublishSubgraphInput!) {
  publishSubgraph(input: $input) { ok findings { code message } publication { number } } }`;

const Published = z.object({
  data: z.object({ publishSubgraph: z.object({ ok: z.literal(true), findings: z.array(z.unknown()) }) }),
});

/** Publications begin so far apart at least: far more often than departments publish, and still each is one of its own. */
const APART_MS = 1_000;

/** Publishes version after version; how many went live. */
async function publishUntil(
  end: number,
  port: number,
  token: string,
  bulletin: Awaited<ReturnType<typeof startBulletin>>,
): Promise<number> {
  let published = 0;
  while (performance.now() < end) {
    const next = performance.now() + APART_MS;
    bulletin.deploy();
    const input = { name: bulletin.name, sdl: bulletin.sdl(), force: true, reason: 'bench' };
    const response = await fetch(`http://127.0.0.1:${port}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: PUBLISH, variables: { input } }),
    });
    const answer: unknown = await response.json();
    if (!Published.safeParse(answer).success) throw new Error(JSON.stringify(answer).slice(0, 500));
    published++;
    await setTimeout(Math.max(0, Math.min(next, end) - performance.now()));
  }
  return published;
}

/** The row of a table: medians over the rounds, the ratio that of each round. */
export function describeDuring(what: string, { perSecond, rounds }: During): string {
  const of = (pick: (round: Round) => number): string => median(rounds.map(pick)).toFixed(2);
  const figures = [
    perSecond,
    of(({ before }) => before.p50),
    of(({ during }) => during.p50),
    of(({ before }) => before.p99),
    of(({ during }) => during.p99),
    of(({ before, during }) => during.p99 / before.p99),
    rounds.reduce((sum, { publications }) => sum + publications, 0),
    rounds.map(({ before, during }) => `${before.p99.toFixed(1)} → ${during.p99.toFixed(1)}`).join(', '),
  ];
  return `| ${[what, ...figures].join(' | ')} |`;
}
