import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { type Composer, openComposer } from '../../gateway/registry/index.ts';

const SHARING = readFileSync(join(projectRoot(), 'schema/sharing.graphql'), 'utf8');

let composer: Composer;
afterEach(() => composer.close());

/** The processes that this one has started, with their environment. */
function composing(): { readonly pid: number; readonly environment: string }[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '')
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('composing-process.js'))
    .map((pid) => ({ pid: Number(pid), environment: readFileSync(`/proc/${pid}/environ`, 'utf8') }));
}

const diff = () => composer.diff('type Query { a: Int }', 'type Query { a: Int b: Int }');

test.skipIf(process.platform !== 'linux')(
  'a process that is killed at its work fails that, and is replaced for the next',
  async () => {
    composer = openComposer(SHARING);
    const cut = diff();
    const [first] = composing();
    if (!first) throw new Error('nobody composes');
    process.kill(first.pid, 'SIGKILL');
    await expect(cut).rejects.toThrow(/has ended \(SIGKILL\)/);
    expect(await diff()).toMatchObject([{ coordinate: 'Query.b' }]);
    expect(composing()).toHaveLength(1);
  },
);

test.skipIf(process.platform !== 'linux')(
  'it knows no secrets of the gateway, and nothing is left of it when it rests or is closed',
  async () => {
    process.env.LIANCHA_TEST_SECRET = 'secret';
    composer = openComposer(SHARING);
    await diff();
    expect(composing().map(({ environment }) => environment.includes('secret'))).toEqual([false]);
    composer.rest();
    await expect.poll(composing).toEqual([]);
    const waiting = diff();
    await composer.close();
    await expect(waiting).rejects.toThrow();
    await expect.poll(composing).toEqual([]);
    delete process.env.LIANCHA_TEST_SECRET;
  },
);

test('what it cannot read fails, and only that', async () => {
  composer = openComposer(SHARING);
  const broken = composer.diff('type Query { a: Int }', 'type {');
  const whole = diff();
  await expect(broken).rejects.toThrow(/Syntax Error/);
  expect(await whole).toHaveLength(1);
});
