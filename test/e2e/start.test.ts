import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The README, followed to the letter: its commands on a port and a folder of the test's own. */
let dataDir: string;
let port: number;
let child: ChildProcess;
let printed = '';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const environment = () => ({ ...process.env, PORT: String(port), DATA_DIR: dataDir, NODE_ENV: 'test' });
const shell = (command: string): string =>
  execFileSync('bash', ['-c', command], { env: environment(), encoding: 'utf8' });

/** What a command that fails has to say. */
function complaint(command: string): string {
  const { status, stderr } = spawnSync('bash', ['-c', command], { env: environment(), encoding: 'utf8' });
  expect(status).not.toBe(0);
  return stderr;
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-start-'));
  port = await freePort();
  child = spawn('npm', ['start'], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('# 3.') && printed.endsWith('\n\n')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${printed}`)));
  });
});
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

test('npm start prints where it is, a token, and three queries that work as they are', () => {
  expect(printed).toContain('Liancha ready');
  const token = /^TOKEN=(\S+)$/m.exec(printed)?.[1];
  const examples = printed.split(/^# \d\..*$/m).slice(1);
  expect(examples).toHaveLength(3);
  const answers = examples.map((example) => JSON.parse(shell(`TOKEN=${token}\n${example}`)));
  expect(answers[0].errors).toBeUndefined();
  expect(answers[1].data.person.maritalStatus).toBe('MARRIED');
  expect(answers[2].data.person).toMatchObject({ photoDigest: null, phone: null });
});

test('the README’s query has the README’s answer', () => {
  const readme = readFileSync('README.md', 'utf8');
  const section = readme.slice(readme.indexOf('## 一次查询'));
  const [, command = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  const [, shown = '{}'] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
  const answer = JSON.parse(shell(command.replaceAll(':4000', `:${port}`)));
  const expected = JSON.parse(shown);
  expect(answer).toMatchObject({ ...expected, extensions: { receipt: { id: expect.any(String) } } });
});

test('npm run -s departments -- --json lists the departments', () => {
  const departments = JSON.parse(shell('npm run -s departments -- --json'));
  expect(departments.length).toBeGreaterThanOrEqual(9);
  expect(departments[0]).toMatchObject({ code: expect.any(String), name: expect.any(String) });
});

test('npm run -s token prints the token alone, or says which departments there are', () => {
  expect(shell('npm run -s token -- --department 11990101MB0000013G')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(complaint('npm run -s token -- --department nobody')).toMatch(/11990101MB0000013G/);
});

test('health, metrics and the public keys are served', async () => {
  const get = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  expect(JSON.parse(await get('/health/ready'))).toEqual({ status: 'ready' });
  expect(JSON.parse(await get('/.well-known/jwks.json')).keys[0].d).toBeUndefined();
  const metrics = await get('/metrics');
  const named = readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(liancha_[a-z_]+[a-z])`/gm);
  for (const [, name = ''] of named) expect(metrics).toContain(`# TYPE ${name} `);
});

test('a port that is taken is said so, with what to do', () => {
  const providers = JSON.stringify([{ name: 'population', url: 'http://127.0.0.1:1/' }]);
  const command = `DATA_DIR=$(mktemp -d) LIANCHA_PROVIDERS='${providers}' node dist/gateway/main.js --demonstration`;
  expect(complaint(command)).toContain(`Port ${port} on 127.0.0.1 is taken`);
});

test('the demonstration is refused in production', () => {
  expect(complaint('NODE_ENV=production node dist/gateway/main.js --demonstration')).toMatch(
    /refused when NODE_ENV=production/,
  );
  expect(complaint('NODE_ENV=production npm run -s token -- --department 11990101MB0000013G')).toMatch(
    /refused when NODE_ENV=production/,
  );
});

test('on SIGTERM requests in flight are answered, and everything that was started ends', async () => {
  const token = /^TOKEN=(\S+)$/m.exec(printed)?.[1];
  const query =
    'query @purpose(use: ADMINISTRATIVE_BASIS, matter: "m") { people(first: 500) { edges { node { name licences { number } } } } }';
  const asking = Array.from({ length: 20 }, () =>
    fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }).then((response) => response.json() as Promise<{ data: { people: { edges: unknown[] } } }>),
  );
  const first = await Promise.race(asking);
  child.removeAllListeners('exit');
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  const answers = [first, ...(await Promise.all(asking))];
  for (const answer of answers) expect(answer.data.people.edges).toHaveLength(500);
  expect([0, null]).toContain(await exit);
  // npm may be gone before what it started: that ends too.
  const isServing = () =>
    fetch(`http://127.0.0.1:${port}/health/live`).then(
      () => true,
      () => false,
    );
  await expect.poll(isServing, { timeout: 15_000 }).toBe(false);
});

test('the demonstration listens where others reach it only when that is said to be meant', () => {
  const providers = JSON.stringify([{ name: 'population', url: 'http://127.0.0.1:1/' }]);
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    const command = `HOST=${host} DATA_DIR=$(mktemp -d) LIANCHA_PROVIDERS='${providers}' node dist/gateway/main.js --demonstration`;
    expect(complaint(command)).toContain('a token of any department');
  }
});

test('what the gateway is not told to do it does not do', () => {
  expect(shell('node dist/gateway/main.js --help')).toContain('--demonstration');
  expect(complaint('node dist/gateway/main.js --port 1')).toContain("Unknown option '--port'");
});
