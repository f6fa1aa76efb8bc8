import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';

/** The provider's guide, followed to the letter against a demonstration of the test's own. */
let folder: string;
let port: number;
let demonstration: ChildProcess;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const environment = () => ({
  ...process.env,
  PORT: String(port),
  DATA_DIR: folder,
  XDG_CONFIG_HOME: join(folder, 'config'),
  NODE_ENV: 'test',
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-guide-'));
  port = await freePort();
  demonstration = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: projectRoot(),
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    demonstration.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('Liancha ready')) resolve();
    });
    demonstration.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)));
  });
});
afterAll(async () => {
  demonstration.removeAllListeners('exit');
  const ended = new Promise((resolve) => demonstration.once('exit', resolve));
  demonstration.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test('the provider’s guide leads from nothing to a live subgraph, and back to the version before', async () => {
  const guide = readFileSync(join(projectRoot(), 'docs', 'provider-guide.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThanOrEqual(6);
  const service = await freePort();
  const script = blocks
    .map((block, index) => `${block}\necho "== ${index + 1}"\n`)
    .join('')
    .replaceAll(':4000', `:${port}`)
    .replaceAll('4101', String(service));
  const { code, stdout, stderr } = await bash(`set -e\n${script}`);
  expect([code, stderr.replaceAll(/^.*npm.*$/gm, '').trim()]).toEqual([0, '']);
  const [admitted = '', , , published = '', asked = '', changed = ''] = stdout.split(/== \d+\n/);
  expect(admitted).toContain(`127.0.0.1:${service}`);
  expect(published).toMatch(/可以发布 may go live[\s\S]*第 1 版[\s\S]*已上线[\s\S]*云溪市残疾人联合会/);
  const answer = JSON.parse(asked);
  expect(answer.data.disability).toEqual({ kind: '视力', grade: null });
  expect(answer.errors[0].extensions.code).toBe('GRANT_REQUIRED');
  expect(changed).toMatch(/Disability\.expires[\s\S]*第 2 版[\s\S]*第 1 版[\s\S]*已上线/);
  expect(changed).toMatch(/2 +RETIRED/);
  expect(changed).toMatch(/1 +LIVE/);
  expect(statSync(join(folder, 'config', 'liancha', 'tokens.json')).mode & 0o777).toBe(0o600);
}, 300_000);

function bash(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', script], { cwd: projectRoot(), env: environment() });
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      texts.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      texts.stderr += chunk;
    });
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}
