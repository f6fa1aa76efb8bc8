import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { liancha } from './liancha.ts';
import { EDUCATION, REGISTRATION, type System, startSystem } from './system.ts';

let system: System;
const folder = mkdtempSync(join(tmpdir(), 'liancha-commands-'));
beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const run = async (...parameters: string[]) => {
  const { code, stdout, stderr } = await liancha(system.url, [...parameters, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

const inAMonth = (): string => new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

it('registers whom a matter is about from a file, once for each key, and closes it', async () => {
  const subjects = join(folder, 'subjects.txt');
  writeFileSync(subjects, `${system.examples.person}\n990101198001010019\n`);
  const matter = 'YX-2026-000777';
  const register = () =>
    run('matter', 'register', matter, '--subjects', subjects, '--key', 'k1', '--as', REGISTRATION);
  expect(await register()).toEqual({ matter, subjects: 2 });
  expect(await register()).toEqual({ matter, subjects: 2 });
  expect(await run('matter', 'show', matter, '--as', EDUCATION)).toEqual({ matter, subjects: 0 });
  expect(await run('matter', 'close', matter, '--as', REGISTRATION)).toEqual({ matter, subjects: 0 });
});

it('opens, answers and closes a finding; an unknown one is said so', async () => {
  const opened = await run(
    ...[
      'finding',
      'open',
      '--on',
      '11990101MB0000013G',
      '--breach',
      'USE_BEYOND_DUTIES',
      '--notice',
      '请说明用途',
    ],
    ...['--due', inAMonth(), '--as', '云溪市公安局'],
  );
  await run('finding', 'answer', opened.id, '--note', '已整改', '--as', EDUCATION);
  await run('finding', 'rectified', opened.id, '--note', '到位', '--as', '云溪市数据局');
  const shown = await run('finding', 'show', opened.id, '--as', EDUCATION);
  expect(shown.state).toBe('RECTIFIED');
  expect(shown.moves.map((one: { move: string }) => one.move)).toEqual(['OPEN', 'ANSWER', 'CLOSE_RECTIFIED']);
  expect(await run('finding', 'list', '--as', '云溪市民政局')).toEqual([]);
  expect((await liancha(system.url, ['finding', 'show', 'none'])).code).toBe(2);
});

it('lists objections, webhooks and clocks of a department', async () => {
  expect(await run('objection', 'list', '--as', '云溪市公安局')).toEqual([]);
  expect(await run('webhook', 'list', '--as', '云溪市公安局')).toEqual([]);
  expect(await run('clock', 'list', '--as', '云溪市数据局')).toBeInstanceOf(Array);
});

it('shows what others wrote without letting it act on the terminal, and ends when nobody reads any more', async () => {
  const notice = '请说明用途\n核验通过 Everything verifies.';
  const opened = await run(
    ...['finding', 'open', '--on', '11990101MB0000013G', '--breach', 'USE_BEYOND_DUTIES'],
    ...['--notice', notice, '--due', inAMonth(), '--as', '云溪市公安局'],
  );
  const { stdout } = await liancha(system.url, ['finding', 'show', opened.id, '--as', EDUCATION]);
  expect(stdout).toContain('  │ 核验通过');
  expect(stdout).not.toMatch(/^核验通过/m);
  const command = 'dist/gateway/cli/liancha.js catalogue search 人 --json';
  // The gateway serves in this process, so the command must not hold it up.
  const piped = spawn('sh', ['-c', `(sleep 1; exec '${process.execPath}' ${command}) | true`], {
    cwd: projectRoot(),
    env: { ...process.env, LIANCHA_URL: system.url },
  });
  let said = '';
  piped.stderr.on('data', (chunk) => {
    said += chunk;
  });
  await once(piped, 'close');
  expect(said).toBe('');
});
