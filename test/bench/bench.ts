import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { projectRoot } from '../../gateway/files.ts';
import { openDemonstrationIssuer, readDepartments } from '../../gateway/identity/index.ts';
import { publish } from '../../gateway/registry/index.ts';
import { startStub } from './stub.ts';

/**
 * `npm run bench [-- --quick] [-- --json]`: Liancha and its peer in turn, in one run, on pinned cores, rounds
 * interleaved. Everything that production needs is on: token verification, policy, limits, signed assertions,
 * the ledger. Writes `docs/performance.md` unless `--json` or `--quick`.
 */
const isQuick = process.argv.includes('--quick');
const isJson = process.argv.includes('--json');
const ROUNDS = 3;
const SECONDS = isQuick ? 2 : 8;
const CONNECTIONS = 32;
const NODE_FIELDS = 'name displayName gender birthDate residenceRegion idNumber';
const CASES = [
  { name: 'one fetch, 10 rows', selection: `{ people(first: 10) { edges { node { ${NODE_FIELDS} } } } }` },
  { name: 'two fetches', selection: '{ person(idNumber: "990101") { name maritalStatus } }' },
  {
    name: 'deep: four subgraphs, 20 persons',
    selection: `{ people(first: 20) { edges { node { idNumber name maritalStatus
      positions { title enterprise { name status licences { number type } } } properties { unitNumber area address } } } } }`,
  },
  {
    name: 'one fetch, 5,000 rows',
    selection: `{ people(first: 5000) { edges { node { ${NODE_FIELDS} } } } }`,
  },
];
const PURPOSE = '@purpose(use: ADMINISTRATIVE_BASIS, matter: "bench")';

const root = projectRoot();
const folder = mkdtempSync(join(tmpdir(), 'liancha-bench-'));
const stub = await startStub();
const departments = readDepartments(join(root, 'schema/departments.json'));
const subgraphs = departments.all().flatMap(({ code, name, subgraph }) =>
  subgraph === null
    ? []
    : [
        {
          name: subgraph,
          url: stub.url,
          department: code,
          provider: { code, name },
          schema: `subgraphs/${subgraph}/schema.graphql`,
        },
      ],
);

const isPinned = availableParallelism() > 1;
function startPinned(parameters: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const [command = '', ...rest] = [
    ...(isPinned ? ['taskset', '-c', '0'] : []),
    process.execPath,
    ...parameters,
  ];
  return spawn(command, rest, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

interface Peer {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess;
  readonly headers: Record<string, string>;
  query(selection: string): string;
}

async function untilReady(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes(word)) return;
  throw new Error(`${word} was never said`);
}

async function startLiancha(): Promise<Peer> {
  const dataDir = join(folder, 'data');
  const issuer = await openDemonstrationIssuer(dataDir, {});
  const port = await freePort();
  const limits = { requestsPerMinute: 100_000_000, cost: 1_000_000 };
  const settings = {
    port,
    dataDir,
    limits,
    issuers: [issuer.trusted],
    subgraphs: subgraphs.map(({ provider: _, ...one }) => one),
  };
  writeFileSync(join(folder, 'liancha.yaml'), JSON.stringify(settings)); // JSON is YAML
  const child = startPinned(['dist/gateway/main.js'], {
    LIANCHA_CONFIG: join(folder, 'liancha.yaml'),
    LOG_LEVEL: 'error',
  });
  await untilReady(child, 'Liancha ready');
  const department = departments.all().find((one) => one.name === '云溪市不动产登记中心')?.code ?? '';
  const token = await issuer.issue({
    department,
    operator: 'bench',
    zone: 'EXTRANET',
    lifetimeSeconds: 3_600,
  });
  const headers = { authorization: `Bearer ${token}` };
  return {
    name: 'Liancha',
    url: `http://127.0.0.1:${port}/graphql`,
    child,
    headers,
    query: (selection) => `query ${PURPOSE} ${selection}`,
  };
}

async function startApollo(): Promise<Peer> {
  const result = publish(
    subgraphs.map(({ name, url, provider, schema }) => ({
      name,
      url,
      provider,
      sdl: readFileSync(join(root, schema), 'utf8'),
    })),
    readFileSync(join(root, 'schema/sharing.graphql'), 'utf8'),
  );
  if (!result.ok) throw new Error('the subgraphs do not compose');
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, result.publication.supergraphSdl);
  const port = await freePort();
  const child = startPinned(['dist/test/bench/apollo.js', file, String(port)], { NODE_ENV: 'production' });
  await untilReady(child, 'ready');
  return {
    name: '@apollo/gateway',
    url: `http://127.0.0.1:${port}/`,
    child,
    headers: {},
    query: (selection) => selection,
  };
}

/** Resident memory of a process, in MB; 0 where the system does not say. */
function residentMb(child: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}

interface Measured {
  readonly memoryMb: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function measure(peer: Peer, selection: string): Promise<Measured> {
  const body = JSON.stringify({ query: peer.query(selection) });
  const headers = { 'content-type': 'application/json', ...peer.headers };
  const answer = (await (await fetch(peer.url, { method: 'POST', headers, body })).json()) as {
    data?: unknown;
    errors?: unknown;
  };
  if (!answer.data || answer.errors)
    throw new Error(`${peer.name} does not answer: ${JSON.stringify(answer).slice(0, 500)}`);
  const options = { url: peer.url, method: 'POST' as const, headers, body, connections: CONNECTIONS };
  await autocannon({ ...options, duration: 1 }); // warm
  const result = await autocannon({ ...options, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${peer.name}: ${result.non2xx} refusals, ${result.errors} errors`);
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    memoryMb: residentMb(peer.child),
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const peers = [await startApollo(), await startLiancha()];
const rows: {
  readonly case: string;
  readonly peer: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly memoryMb: number;
  readonly ratio: number;
}[] = [];
try {
  for (const { name, selection } of CASES) {
    const rounds = new Map<string, Measured[]>(peers.map((peer) => [peer.name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of peers) rounds.get(peer.name)?.push(await measure(peer, selection));
    }
    const base = rounds.get('@apollo/gateway') ?? [];
    for (const [peer, measured] of rounds) {
      const ratios = measured.map((one, index) => one.perSecond / (base[index]?.perSecond ?? 1));
      const of = (key: keyof Measured): number => median(measured.map((one) => one[key]));
      rows.push({
        case: name,
        peer,
        perSecond: Math.round(of('perSecond')),
        p50: of('p50'),
        p99: of('p99'),
        memoryMb: of('memoryMb'),
        ratio: Number(median(ratios).toFixed(2)),
      });
    }
  }
} finally {
  for (const { child } of peers) child.kill('SIGTERM');
  stub.close();
}

const table = [
  '| case | gateway | requests/s | × | p50 ms | p99 ms | memory MB |',
  '|---|---|---:|---:|---:|---:|---:|',
  ...rows.map(
    (row) =>
      `| ${row.case} | ${row.peer} | ${row.perSecond} | ${row.ratio} | ${row.p50} | ${row.p99} | ${row.memoryMb} |`,
  ),
].join('\n');
process.stdout.write(isJson ? `${JSON.stringify(rows, null, 2)}\n` : `${table}\n`);
if (!isJson && !isQuick) {
  const path = join(root, 'docs/performance.md');
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(/<!-- table -->[\s\S]*<!-- end -->/, `<!-- table -->\n${table}\n<!-- end -->`),
  );
}
rmSync(folder, { recursive: true, force: true });
process.exit(0);
