import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Counters, memoryCounters, redisCounters } from '../../gateway/store/index.ts';

const quiet = { error: () => undefined };
let server: ChildProcess | null = null;
let folder: string;
let url = process.env.REDIS_URL ?? '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-redis-'));
  if (url) return;
  const port = await freePort();
  server = spawn('redis-server', ['--port', String(port), '--dir', folder, '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server?.once('error', () =>
      reject(new Error('redis-server is missing: apt-get install -y redis-server')),
    );
    server?.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve();
    });
  });
  url = `redis://127.0.0.1:${port}`;
});
afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Redis connects in its own time; until it has, the counters count in memory. */
async function settled(counters: Counters): Promise<Counters> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return counters;
}

describe.each<[string, () => Promise<Counters>]>([
  ['memory', async () => memoryCounters(Date.now)],
  ['redis', () => settled(redisCounters(url, quiet))],
  ['redis that cannot be reached', async () => redisCounters('redis://127.0.0.1:1', quiet)],
])('counters in %s', (name, create) => {
  test('allow up to the limit, then say when to come back', async () => {
    const counters = await create();
    const key = `${name} ${Math.random()}`;
    const taken = [];
    for (let index = 0; index < 4; index++) taken.push(await counters.take(key, 1, 3, 60_000));
    expect(taken.map((one) => one.allowed)).toEqual([true, true, true, false]);
    expect(taken[3]?.retryAfterMs).toBeGreaterThan(10_000);
    expect(taken[3]?.retryAfterMs).toBeLessThanOrEqual(20_000);
    await counters.close();
  });

  test('keep keys apart, and count what an operation costs', async () => {
    const counters = await create();
    const key = `${name} ${Math.random()}`;
    expect((await counters.take(`${key} a`, 3, 3, 60_000)).allowed).toBe(true);
    expect((await counters.take(`${key} a`, 1, 3, 60_000)).allowed).toBe(false);
    expect((await counters.take(`${key} b`, 1, 3, 60_000)).allowed).toBe(true);
    expect((await counters.take(`${key} b`, 3, 3, 60_000)).allowed).toBe(false);
    await counters.close();
  });

  test('count several at once, all of them or nothing, and take back what did not come about', async () => {
    const counters = await create();
    const key = `${name} ${Math.random()}`;
    const endsAt = Date.now() + 60_000;
    const take = async (count: number) =>
      (await counters.takeUntil(key, 10, endsAt, 'COUNT_ALONE', count)).allowed;
    expect([await take(8), await take(3), await take(2), await take(1)]).toEqual([true, false, true, false]);
    await counters.giveBackUntil(key, endsAt, 4);
    expect([await take(5), await take(4)]).toEqual([false, true]);
    await counters.giveBackUntil(key, endsAt, 1_000);
    expect([await take(11), await take(10)]).toEqual([false, true]);
    await counters.close();
  });

  test('count what is limited until an instant', async () => {
    const counters = await create();
    const key = `${name} ${Math.random()}`;
    const endsAt = Date.now() + 60_000;
    const take = (of = key, end = endsAt) => counters.takeUntil(of, 2, end, 'COUNT_ALONE');
    const taken = [await take(), await take(), await take()];
    expect(taken.map((one) => one.allowed)).toEqual([true, true, false]);
    expect(taken[2]?.retryAfterMs).toBeGreaterThan(50_000);
    expect((await take(`${key} other`)).allowed).toBe(true);
    expect((await take(key, endsAt + 60_000)).allowed).toBe(true); // The next window begins anew.
    await counters.close();
  });
});

test('what must not be counted alone is refused while Redis cannot be reached', async () => {
  const counters = redisCounters('redis://127.0.0.1:1', quiet);
  expect(await counters.takeUntil('guesses', 5, Date.now() + 60_000, 'REFUSE')).toMatchObject({
    allowed: false,
  });
  await counters.close();
});

test('two instances share what Redis counts', async () => {
  const [one, other] = [await settled(redisCounters(url, quiet)), await settled(redisCounters(url, quiet))];
  const key = `shared ${Math.random()}`;
  expect((await one.take(key, 2, 2, 60_000)).allowed).toBe(true);
  expect((await other.take(key, 1, 2, 60_000)).allowed).toBe(false);
  const endsAt = Date.now() + 60_000;
  expect((await one.takeUntil(key, 1, endsAt, 'REFUSE')).allowed).toBe(true);
  expect((await other.takeUntil(key, 1, endsAt, 'REFUSE')).allowed).toBe(false);
  await Promise.all([one.close(), other.close()]);
});
