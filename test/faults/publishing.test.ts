import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { type ChangingProvider, startChangingProvider, welfareSdl } from '../e2e/publishing-provider.ts';
import { type Postgres, startPostgres } from '../e2e/setup/postgres.ts';
import { askExchange, purpose, type System, startSystem } from '../e2e/system.ts';

/** Two instances over one PostgreSQL server. The one that publishes is a process of its own, which is killed at every stage of it. */
const KILLS = Number(process.env.LIANCHA_PUBLISHING_KILLS ?? 5);
const CIVIL_AFFAIRS = '云溪市民政局';
const PUBLISH = `mutation ($input: PublishSubgraphInput!) {
  publishSubgraph(input: $input) { ok findings { code } version { number } publication { number } } }`;

let postgres: Postgres;
let system: System;
let provider: ChangingProvider;
const folder = mkdtempSync(join(tmpdir(), 'liancha-publisher-'));

beforeAll(async () => {
  postgres = await startPostgres();
  system = await startSystem({ settings: { databaseUrl: postgres.url } });
  for (const keys of ['gateway', 'demonstration', 'ledger-keys'])
    cpSync(join(system.dataDir, keys), join(folder, keys), { recursive: true });
  const jwks = join(system.dataDir, 'gateway', 'jwks.json');
  provider = await startChangingProvider('welfare', jwks, welfareSdl(1));
  const approve = `mutation ($input: ApproveUrlInput!) { approveUrl(input: $input) { approvedHosts } }`;
  const input = { department: '11990101MB0000002C', host: provider.host, reason: '联调' };
  await system.exchange(approve, { as: '云溪市数据局', variables: { input } });
  expect(await publishAt(system.url, 1)).toMatchObject({ ok: true, findings: [] });
});
afterAll(async () => {
  await system.close();
  await provider.close();
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The same call each time that it is made for a version: it has the same idempotency key. */
async function publishAt(url: string, version: number) {
  const input = {
    name: 'welfare',
    url: provider.url,
    sdl: welfareSdl(version),
    force: true,
    reason: '例行发布',
    idempotencyKey: `version ${version}`,
  };
  const { data, errors } = await askExchange(url, system.tokenOf, PUBLISH, CIVIL_AFFAIRS, { input });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.publishSubgraph;
}

/** The instance that will be killed, once it is ready. */
async function startPublisher(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const providers = system.configuration.subgraphs.map(({ name, url }) => ({ name, url }));
  const environment = {
    ...process.env,
    DATA_DIR: folder,
    DATABASE_URL: postgres.url,
    PORT: '0',
    LIANCHA_PROVIDERS: JSON.stringify(providers),
  };
  const child = spawn(process.execPath, ['dist/gateway/main.js', '--demonstration'], {
    cwd: projectRoot(),
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      const [, ready] = /GraphQL +(\S+)\/graphql/.exec(printed) ?? [];
      if (ready) resolve(ready);
    });
    child.once('exit', (code) => reject(new Error(`the instance ended with ${code}: ${printed}`)));
  });
  return { url, process: child };
}

/** Publishes at an instance and kills it after so many milliseconds; null when it did not answer any more. */
async function publishAndKill(version: number, afterMs: number) {
  const { url, process } = await startPublisher();
  const gone = new Promise((resolve) => process.once('exit', resolve));
  const [answer] = await Promise.all([
    publishAt(url, version).catch(() => null),
    sleep(afterMs).then(() => process.kill('SIGKILL')),
  ]);
  await gone;
  return answer;
}

const HISTORY = `{ subgraph(name: "welfare") { live { number } versions { number status } } }`;
async function history() {
  const { live, versions } = (await system.exchange(HISTORY)).data.subgraph;
  return {
    live: live.number as number,
    numbers: versions.map((one: { number: number }) => one.number) as number[],
    atLive: versions.filter((one: { status: string }) => one.status === 'LIVE').length as number,
  };
}

/** The versions whose own field the instance that goes on would answer. */
async function served(upTo: number): Promise<number[]> {
  const known = [];
  for (let version = 1; version <= upTo; version++) {
    const { errors } = await system.ask(`query ${purpose()} { welfare(id: "1") { added${version} } }`);
    if (!errors.some(({ extensions }) => extensions.code === 'GRAPHQL_VALIDATION_FAILED'))
      known.push(version);
  }
  return known;
}

describe('an instance that is killed while it publishes', () => {
  it(
    'leaves the old version live or the new one, and the call can be made again elsewhere',
    async () => {
      const begin = performance.now();
      await provider.deploy(welfareSdl(2));
      await publishAt(system.url, 2);
      const usualMs = performance.now() - begin;

      for (let kill = 0; kill < KILLS; kill++) {
        const version = 3 + kill;
        await provider.deploy(welfareSdl(version));
        const answer = await publishAndKill(version, (usualMs * 1.2 * kill) / KILLS);
        const { live, numbers, atLive } = await history();
        expect(numbers).toEqual([...new Set(numbers)]);
        expect(atLive).toBe(1);
        expect([version - 1, version]).toContain(live);
        if (answer) expect(live).toBe(version); // What was acknowledged is not lost.
        await expect.poll(() => served(version), { timeout: 20_000 }).toEqual([live]);

        expect(await publishAt(system.url, version)).toMatchObject({
          ok: true,
          version: { number: version },
        });
        expect(await history()).toMatchObject({ live: version, atLive: 1 });
        await expect.poll(() => served(version), { timeout: 20_000 }).toEqual([version]);
      }
      expect((await history()).numbers.sort((a, b) => a - b)).toEqual(
        Array.from({ length: KILLS + 2 }, (_, index) => index + 1),
      );
    },
    60_000 + KILLS * 15_000,
  );
});
