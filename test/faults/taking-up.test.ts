import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../gateway/config.ts';
import { projectRoot } from '../../gateway/files.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { liancha } from '../e2e/liancha.ts';
import { type Postgres, startPostgres } from '../e2e/setup/postgres.ts';
import { purpose, type System, startSystem } from '../e2e/system.ts';

/** What is published in the store is written there by hand: no check has seen it. */
let postgres: Postgres;
let store: pg.Client;
let system: System;
const folders: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  system = await startSystem({ settings: { databaseUrl: postgres.url } });
  store = new pg.Client(postgres.url);
  await store.connect();
});
afterAll(async () => {
  await system.close();
  await store.end();
  await postgres.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Another instance over the same store, as one that starts again. */
async function startAgain(): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'liancha-again-'));
  folders.push(folder);
  for (const keys of ['gateway', 'demonstration', 'ledger-keys'])
    cpSync(join(system.dataDir, keys), join(folder, keys), { recursive: true });
  const settings = { port: 0, demonstration: true, databaseUrl: postgres.url };
  const configuration = loadConfiguration({ DATA_DIR: folder }, projectRoot(), settings);
  return startGateway({ ...configuration, id: 'again', subgraphs: [...system.configuration.subgraphs] });
}

/** Makes a publication current in which the SDL of a subgraph is changed; gives its number. */
async function forge(change: (sdl: string) => string, isDigested = true): Promise<number> {
  const { rows } = await store.query(
    `select v.* from current_publication c join publication_versions p on p.publication = c.publication
     join subgraph_versions v on v.id = p.version`,
  );
  const { rows: numbers } = await store.query('select max(number) as number from publications');
  const number = Number(numbers[0].number) + 1;
  const target = rows.find(({ subgraph }) => subgraph === 'marriage');
  const sdl = change(target.sdl);
  const digest = isDigested ? createHash('sha256').update(sdl).digest('base64url') : target.digest;
  const id = `forged-${number}`;
  await store.query('begin');
  await store.query(
    `insert into subgraph_versions (id, subgraph, number, sdl, digest, url, department, operator, at)
     values ($1, 'marriage', $2, $3, $4, $5, $6, 'forged', now())`,
    [id, 1_000 + number, sdl, digest, target.url, target.department],
  );
  await store.query(`insert into supergraphs (revision, sdl) values ($1, 'garbage')`, [id]);
  await store.query(
    `insert into publications (id, number, what, revision, department, operator, at) values ($1, $2, 'PUBLISH', $1, '', 'forged', now())`,
    [id, number],
  );
  const versions = rows.map((one) => (one.subgraph === 'marriage' ? id : one.id));
  await store.query('insert into publication_versions (publication, version) select $1, unnest($2::text[])', [
    id,
    versions,
  ]);
  await store.query('update current_publication set publication = $1', [id]);
  await store.query(`select pg_notify('publications', $1)`, [String(number)]);
  await store.query('commit');
  return number;
}

const readiness = async (url = system.url): Promise<unknown> => (await fetch(`${url}/health/ready`)).json();
const figure = async (name: string): Promise<number> => {
  const text = await (await fetch(`${system.url}/metrics`)).text();
  return Number(new RegExp(`^liancha_publication_${name} (\\d+)`, 'm').exec(text)?.[1]);
};
async function answers(url = system.url): Promise<void> {
  const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name maritalStatus } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await system.tokenOf('云溪市不动产登记中心')}`,
    },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toMatchObject({ data: { person: { maritalStatus: expect.any(String) } } });
}

const BROKEN: [string, (sdl: string) => string, boolean][] = [
  [
    'has a field set that no instance can read',
    (sdl) =>
      sdl.replace(
        /\n\}\s*$/,
        '\n  red: String @requires(fields: "{ residence }") @sharing(class: UNCONDITIONAL)\n}\n',
      ),
    true,
  ],
  ['is no SDL', () => 'type Query {', true],
  ['is nested deeply', () => `type Query { a(b: Int = ${'['.repeat(100_000)}): Int }`, true],
  ['is not what was published', (sdl) => `${sdl}\n# changed`, false],
];

describe('a publication in the store that cannot be taken up, as a subgraph of it', () => {
  it.each(BROKEN)(
    '%s',
    async (_, change, isDigested) => {
      const { publication: served } = { publication: await figure('served') };
      const failed = await forge(change, isDigested);
      const degraded = {
        status: 'degraded',
        reason: 'PUBLICATION_NOT_TAKEN_UP',
        publication: served,
        failed,
      };
      // What works stays: it is said in readiness and in figures.
      await expect.poll(() => readiness(), { timeout: 30_000 }).toEqual(degraded);
      expect(await figure('not_taken_up')).toBe(failed);
      await answers();

      // A start goes back to what works.
      const again = await startAgain();
      expect(await readiness(again.url)).toEqual(degraded);
      await answers(again.url);

      // And what can be taken up is taken up, wherever it comes from.
      const listed = await liancha('', ['publication', 'list', '--offline', '--json'], {
        DATABASE_URL: postgres.url,
      });
      const all = JSON.parse(listed.stdout);
      expect(all[0]).toMatchObject({
        number: failed,
        isLive: true,
        takenUp: 'FAILED',
        failure: expect.any(String),
      });
      const rollback = (...more: string[]) =>
        liancha('', ['publication', 'rollback', '--offline', '--reason', '发布有误', ...more], {
          DATABASE_URL: postgres.url,
        });
      expect((await rollback('--publication', String(failed))).code).not.toBe(0);
      const back = await rollback();
      expect(back.stderr).toBe('');
      expect(back.stdout).toContain(`publication ${served},`);
      for (const url of [system.url, again.url])
        await expect.poll(() => readiness(url), { timeout: 30_000 }).toEqual({ status: 'ready' });
      expect(await figure('served')).toBe(failed + 1);
      await again.close();
    },
    240_000,
  );
});

describe('a start', () => {
  it('composes again what is not the supergraph of what is published', async () => {
    await store.query(`update supergraphs set sdl = 'garbage'`);
    const again = await startAgain();
    expect(await readiness(again.url)).toEqual({ status: 'ready' });
    await answers(again.url);
    await again.close();
  });

  it('goes on with the last publication where it has been lost which is live', async () => {
    const { rows } = await store.query('delete from current_publication returning publication');
    const again = await startAgain();
    await answers(again.url);
    await again.close();
    await store.query('insert into current_publication (publication) values ($1)', [rows[0].publication]);
  });

  it('fails, and says what to do, where nothing can be taken up', async () => {
    const { rows } = await store.query(`select id, sdl from subgraph_versions where subgraph = 'population'`);
    await store.query(`update subgraph_versions set sdl = 'garbage' where subgraph = 'population'`);
    await expect(startAgain()).rejects.toThrow(/liancha publication rollback --offline/);
    for (const { id, sdl } of rows)
      await store.query('update subgraph_versions set sdl = $2 where id = $1', [id, sdl]);
  });
});

it('without a gateway, an embedded store is read and changed only while no gateway has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liancha-embedded-'));
  folders.push(folder);
  const settings = { port: 0, demonstration: true };
  const configuration = loadConfiguration({ DATA_DIR: folder }, projectRoot(), settings);
  const gateway = await startGateway({ ...configuration, subgraphs: [...system.configuration.subgraphs] });
  const list = () => liancha('', ['publication', 'list', '--offline', '--data-dir', folder, '--json']);
  const refused = await list();
  await gateway.close();
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('A gateway has this database');
  const listed = await list();
  expect(JSON.parse(listed.stdout)).toMatchObject([{ number: 1, isLive: true, takenUp: 'TAKEN_UP' }]);
}, 120_000);
