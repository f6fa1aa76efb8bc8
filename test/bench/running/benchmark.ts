import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';
import { openDemonstrationIssuer } from '../../../gateway/identity/index.ts';
import { allCases } from '../cases/index.ts';
import { measureLedger } from '../ledger/measure.ts';
import { describeMachine, familyMemoryMb, LOAD_CORE, pin } from '../machine/index.ts';
import { type BenchOptions, isPartial } from '../options.ts';
import { EMBEDDED, PEERS, type Peer } from '../peers/index.ts';
import type { Results } from '../report/results.ts';
import { type BenchDatabase, openBenchDatabase } from './database.ts';
import { type GraphResults, measureGraph } from './graph.ts';
import { TOKENS } from './round.ts';

const CONSUMER = '11990101MB0000011A'; // 云溪市不动产登记中心: it holds grants for what the deep case asks.
/** A quick run begins no case after this long, so that it ends in five minutes on a busy machine too. */
const QUICK_MS = 235_000;
const TOKEN_SECONDS = 6 * 3_600;

/** Measures every case, one graph after the other, and cleans up behind itself. */
export async function runBenchmark(options: BenchOptions): Promise<Results> {
  const started = Date.now();
  pin(process.pid, LOAD_CORE);
  // Inside the project: a temporary folder may be in memory, where the ledger's fdatasync would cost nothing.
  const parent = join(projectRoot(), '.liancha-bench');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'run-'));
  const database = await openBenchDatabase();
  const stop = (): void => {
    rmSync(folder, { recursive: true, force: true });
    // The programs end with this one.
    database.close().then(
      () => process.exit(1),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const issuer = await openDemonstrationIssuer(folder, {});
    const tokens = await Promise.all(
      Array.from({ length: TOKENS }, (_, n) =>
        issuer.issue({
          department: CONSUMER,
          operator: `bench-${n}`,
          zone: 'EXTRANET',
          lifetimeSeconds: TOKEN_SECONDS,
        }),
      ),
    );
    const cases = allCases(options.quick).filter(
      ({ id }) => options.only.length === 0 || options.only.some((start) => id.startsWith(start)),
    );
    const asked = PEERS.filter(
      ({ name }) => options.peer.length === 0 || options.peer.some((start) => name.startsWith(start)),
    );
    const absent = asked.flatMap((peer) => {
      const why = absenceOf(peer, database, options.quick);
      return why === null ? [] : [{ peer: peer.name, why }];
    });
    const peers = asked.filter((peer) => absenceOf(peer, database, options.quick) === null);
    const shared = {
      peers,
      tokens,
      folder,
      quick: options.quick,
      issuer: { issuer: issuer.trusted.issuer, jwks: join(folder, 'demonstration', 'jwks.json') },
      createDatabase: () => database.create(),
      deadline: options.quick ? started + QUICK_MS : Number.POSITIVE_INFINITY,
    };
    const parts: GraphResults[] = [];
    for (const graph of new Set(cases.map((one) => one.graph))) {
      const own = cases.filter((one) => one.graph === graph);
      parts.push(await measureGraph({ ...shared, graph, cases: own }));
    }
    return {
      machine: describeMachine(),
      takenAt: new Date().toISOString(),
      quick: options.quick,
      database: {
        name: database.name,
        serverMb: database.server === null ? null : familyMemoryMb('postgres'),
      },
      absent,
      skipped: parts.flatMap((one) => one.skipped),
      starts: parts.flatMap((one) => one.starts),
      measures: parts.flatMap((one) => one.measures),
      ledger: isPartial(options) ? null : await measureLedger(options.quick ? 40_000 : 200_000),
      halfLoad: parts.find((one) => one.halfLoad)?.halfLoad ?? null,
    };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function absenceOf(peer: Peer, database: BenchDatabase, quick: boolean): string | null {
  if (peer.name === EMBEDDED && quick) return 'not in a quick run';
  if (peer.name === EMBEDDED && database.server === null) return 'Liancha itself runs with it here';
  return peer.absence();
}
