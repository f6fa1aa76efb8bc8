import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../gateway/config.ts';
import { projectRoot } from '../../gateway/files.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { type ChangingProvider, startChangingProvider, welfareSdl } from './publishing-provider.ts';
import { type Postgres, startPostgres } from './setup/postgres.ts';
import { purpose, REGISTRATION, type System, startSystem } from './system.ts';

/** Two instances of the gateway on one PostgreSQL server, and a department that publishes. */
const PUBLICATIONS = Number(process.env.PUBLICATIONS ?? 20);
const CIVIL_AFFAIRS = '云溪市民政局';
const ADMINISTRATOR = '云溪市数据局';
const CODE = '11990101MB0000002C';

let postgres: Postgres;
let system: System;
let other: Gateway;
let provider: ChangingProvider;
const folder = mkdtempSync(join(tmpdir(), 'liancha-second-'));

async function startOther(): Promise<Gateway> {
  const settings = { port: 0, demonstration: true, databaseUrl: postgres.url };
  const limits = { requestsPerMinute: 10_000_000 };
  const configuration = loadConfiguration({ DATA_DIR: folder }, projectRoot(), { ...settings, limits });
  return startGateway({ ...configuration, subgraphs: [...system.configuration.subgraphs] });
}

beforeAll(async () => {
  postgres = await startPostgres();
  system = await startSystem({
    settings: { databaseUrl: postgres.url, limits: { requestsPerMinute: 10_000_000 } },
  });
  // Instances of one platform have the same keys, so that providers and consumers need not tell them apart.
  for (const keys of ['gateway', 'demonstration', 'ledger-keys'])
    cpSync(join(system.dataDir, keys), join(folder, keys), { recursive: true });
  other = await startOther();
  provider = await startChangingProvider(
    'welfare',
    join(system.dataDir, 'gateway', 'jwks.json'),
    welfareSdl(1),
  );
});
afterAll(async () => {
  await other.close();
  await system.close();
  await provider.close();
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

const REPORT = `ok findings { code coordinate message } diff { criticality coordinate }
  version { number } publication { number what versions { subgraph number } }`;
const PUBLISH = `mutation ($input: PublishSubgraphInput!) {
  publishSubgraph(input: $input) { ${REPORT} } }`;

async function exchange(as: string, query: string, variables: object = {}, at = system.url) {
  const response = await fetch(`${at}/exchange`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${await system.tokenOf(as)}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  return (await response.json()) as any;
}

async function publish(input: object, at = system.url, key?: string) {
  const { data, errors } = await exchange(
    CIVIL_AFFAIRS,
    PUBLISH,
    { input: { name: 'welfare', ...input, idempotencyKey: key } },
    at,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.publishSubgraph;
}

/** Deploys and publishes a version, as a department does. */
async function release(version: number, at = system.url, more = '') {
  await provider.deploy(welfareSdl(version, more));
  const report = await publish({ sdl: welfareSdl(version, more), force: true, reason: '例行发布' }, at);
  expect(report).toMatchObject({ ok: true, findings: [] });
  return report;
}

async function ask(url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await consumerToken()}` },
    body: JSON.stringify({ query }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  return { status: response.status, ...((await response.json()) as any) };
}
/** Tokens live for ten minutes, which many publications outlast. */
const RENEWED_MS = 120_000;
let token: { readonly text: Promise<string>; readonly until: number } | null = null;
function consumerToken(): Promise<string> {
  if (!token || token.until < Date.now())
    token = { text: system.tokenOf(REGISTRATION), until: Date.now() + RENEWED_MS };
  return token.text;
}
const welfare = (field: string): string => `query ${purpose()} { welfare(id: "1") { ${field} } }`;
/** Is a field in what is live? Whether its service has it too is another matter. */
const isLive = async (url: string, field: string): Promise<boolean> => {
  const { status, errors = [] } = await ask(url, welfare(field));
  const codes = errors.map((one: { extensions: { code: string } }) => one.extensions.code);
  return status === 200 && !codes.includes('GRAPHQL_VALIDATION_FAILED');
};

/** Clients that ask both instances until they are stopped; what failed is kept. */
function load(clients = 8) {
  const failures: unknown[] = [];
  let answered = 0;
  let isOver = false;
  const queries = [
    `query ${purpose()} { person(idNumber: "${system.examples.person}") { name residenceRegion maritalStatus } }`,
    welfare('id kind'),
  ];
  const client = async (number: number): Promise<void> => {
    for (let turn = number; !isOver; turn++) {
      const url = turn % 2 === 0 ? system.url : other.url;
      const answer = await ask(url, queries[(turn >> 1) % queries.length] ?? '').catch((error: unknown) => ({
        status: 0,
        errors: [String(error)],
      }));
      answered++;
      if (answer.status !== 200 || answer.errors) failures.push(answer);
    }
  };
  const running = Array.from({ length: clients }, (_, number) => client(number));
  return {
    async stop() {
      isOver = true;
      await Promise.all(running);
      return { failures, answered };
    },
  };
}

describe('a department publishes', () => {
  it('only where the administrator has approved that its service runs, which every instance knows', async () => {
    const sdl = welfareSdl(1);
    const codes = ({ findings }: { findings: { code: string }[] }) => findings.map((one) => one.code);
    expect(codes(await publish({ sdl, url: provider.url }))).toEqual(['URL_NOT_ALLOWED']);
    const APPROVE = `mutation ($input: ApproveUrlInput!) { approveUrl(input: $input) { approvedHosts } }`;
    const input = { department: CODE, host: provider.host, reason: '联调' };
    const refused = await exchange(CIVIL_AFFAIRS, APPROVE, { input });
    expect(refused.errors[0].extensions.code).toBe('FORBIDDEN');
    const approved = await exchange(ADMINISTRATOR, APPROVE, { input });
    expect(approved.data.approveUrl.approvedHosts).toEqual([provider.host]);
    const check = `mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { findings { code } } }`;
    const checkAtOther = async () =>
      (
        await exchange(
          CIVIL_AFFAIRS,
          check,
          { input: { name: 'welfare', sdl, url: provider.url } },
          other.url,
        )
      ).data.checkSubgraph.findings;
    await expect.poll(checkAtOther, { timeout: 20_000 }).toEqual([]);
  });

  it('what its running service really runs', async () => {
    const report = await publish({ sdl: welfareSdl(2), url: provider.url });
    expect(report).toMatchObject({
      ok: false,
      version: null,
      findings: [{ code: 'SCHEMA_MISMATCH', coordinate: expect.stringContaining('Welfare') }],
    });
    expect(await isLive(system.url, 'id')).toBe(false);
  });

  it('and it is live at once where it published, and soon in the other instance', async () => {
    const report = await publish({ sdl: welfareSdl(1), url: provider.url }, system.url, 'first');
    expect(report).toMatchObject({ ok: true, version: { number: 1 }, publication: { what: 'PUBLISH' } });
    expect(await isLive(system.url, 'id kind added1')).toBe(true);
    await expect
      .poll(() => isLive(other.url, 'id kind added1'), { timeout: 20_000, interval: 20 })
      .toBe(true);
    const again = await publish({ sdl: welfareSdl(1), url: provider.url }, other.url, 'first');
    expect([again.version, again.publication]).toEqual([report.version, report.publication]);
  });

  it('or keeps a version that waits until it is promoted, and tells what it changes', async () => {
    await provider.deploy(welfareSdl(2));
    const waiting = await publish({ sdl: welfareSdl(2), promote: false, force: true, reason: '换代' });
    expect(waiting).toMatchObject({ ok: true, version: { number: 2 }, publication: null });
    expect(waiting.diff).toContainEqual({ criticality: 'BREAKING', coordinate: 'Welfare.added1' });
    expect(await isLive(system.url, 'added2')).toBe(false);
    const PROMOTE = `mutation ($input: PromoteSubgraphInput!) { promoteSubgraph(input: $input) { ${REPORT} } }`;
    const input = { name: 'welfare', version: 2, reason: '换代', force: true };
    const { data } = await exchange(CIVIL_AFFAIRS, PROMOTE, { input });
    expect(data.promoteSubgraph).toMatchObject({ ok: true, publication: { what: 'PROMOTE' } });
    expect(await isLive(system.url, 'added2')).toBe(true);
    const history = `{ subgraph(name: "welfare") { live { number } versions { number status operator reason } } }`;
    expect((await exchange(REGISTRATION, history)).data.subgraph).toMatchObject({
      live: { number: 2 },
      versions: [
        { number: 2, status: 'LIVE', operator: 'test', reason: '换代' },
        { number: 1, status: 'RETIRED' },
      ],
    });
  });

  it('nothing that breaks what another department asked, unless it is forced with a reason', async () => {
    await expect.poll(() => isLive(other.url, 'added2'), { timeout: 20_000 }).toBe(true);
    await provider.deploy(welfareSdl(3));
    const input = { sdl: welfareSdl(3), reason: '换代' };
    // Asked of the other instance: what it has seen is in the store within seconds.
    await expect
      .poll(async () => (await publish({ ...input, promote: false })).findings, { timeout: 30_000 })
      .toContainEqual(
        expect.objectContaining({
          code: 'BREAKS_OPERATIONS',
          message: expect.stringContaining(REGISTRATION),
        }),
      );
    const { errors } = await exchange(CIVIL_AFFAIRS, PUBLISH, {
      input: { name: 'welfare', sdl: welfareSdl(3), force: true },
    });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(await publish({ ...input, force: true })).toMatchObject({ ok: true, findings: [] });
  });
});

describe('going live', () => {
  it(`${PUBLICATIONS} times in turn at two instances fails no request`, async () => {
    const clients = load();
    for (let count = 0; count < PUBLICATIONS; count++)
      await release(10 + count, count % 2 === 0 ? system.url : other.url);
    const { failures, answered } = await clients.stop();
    console.log(`${PUBLICATIONS} publications, ${answered} requests, ${failures.length} failed`);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(PUBLICATIONS);
    const last = `added${9 + PUBLICATIONS}`;
    for (const url of [system.url, other.url])
      await expect.poll(() => isLive(url, last), { timeout: 20_000 }).toBe(true);
  }, 7_200_000);

  it('does not happen when it does not compose, or fails the law, under load', async () => {
    const clients = load(4);
    const bad = [
      welfareSdl(1, 'person: Missing @sharing(class: UNCONDITIONAL) @item(name: "x", type: G)'),
      welfareSdl(1, 'secret: String @item(name: "x", type: C, length: 1)'),
      'type Query {',
    ];
    for (const sdl of bad) expect((await publish({ sdl, force: true, reason: '强行' })).ok).toBe(false);
    const { failures } = await clients.stop();
    expect(failures).toEqual([]);
    expect(await isLive(system.url, `added${9 + PUBLICATIONS}`)).toBe(true);
  });

  it('is undone by one move, which keeps what others have published', async () => {
    const ROLL_BACK = `mutation ($input: RollBackInput!) { rollBack(input: $input) { ${REPORT} } }`;
    const back = (input: object, as = CIVIL_AFFAIRS) =>
      exchange(as, ROLL_BACK, { input: { reason: '有误', ...input } });
    await release(5000);
    const clients = load(4);
    const { data } = await back({ subgraph: 'welfare' });
    expect(data.rollBack).toMatchObject({ ok: true, publication: { what: 'ROLL_BACK' } });
    expect(await isLive(system.url, `added${9 + PUBLICATIONS}`)).toBe(true);
    expect(await isLive(system.url, 'added5000')).toBe(false);
    expect((await back({ subgraph: 'population' })).errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await back({})).errors[0].extensions.code).toBe('FORBIDDEN');
    const all = await back({}, ADMINISTRATOR);
    expect(all.data.rollBack.ok).toBe(true);
    expect(await isLive(system.url, 'added5000')).toBe(true);
    await expect.poll(() => isLive(other.url, 'added5000'), { timeout: 20_000 }).toBe(true);
    expect((await clients.stop()).failures).toEqual([]);
  });

  it('lasts: an instance that starts again serves what is live, with its providers where they are now', async () => {
    await other.close();
    other = await startOther();
    expect(await isLive(other.url, 'added5000')).toBe(true);
    const person = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name maritalStatus } }`;
    expect((await ask(other.url, person)).errors).toBeUndefined();
  });

  it('ends: a subgraph that is retired is gone, and its name stays its department’s', async () => {
    const RETIRE = `mutation ($input: RetireSubgraphInput!) { retireSubgraph(input: $input) { ${REPORT} } }`;
    const input = { name: 'welfare', reason: '停办', force: true };
    expect((await exchange(REGISTRATION, RETIRE, { input })).errors[0].extensions.code).toBe('FORBIDDEN');
    expect(
      (await exchange(CIVIL_AFFAIRS, RETIRE, { input: { ...input, force: false } })).data.retireSubgraph,
    ).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ code: 'BREAKS_OPERATIONS' })]),
    });
    expect((await exchange(CIVIL_AFFAIRS, RETIRE, { input })).data.retireSubgraph.ok).toBe(true);
    expect(await isLive(system.url, 'id')).toBe(false);
    const taken = { name: 'welfare', sdl: welfareSdl(1), url: provider.url };
    const { data } = await exchange('云溪市公安局', PUBLISH, { input: taken });
    expect(data.publishSubgraph.findings).toContainEqual(expect.objectContaining({ code: 'RESERVED_NAME' }));
  });
});

describe('without its database', () => {
  it('what is live stays live, and nothing is published', async () => {
    await postgres.close();
    const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`;
    expect((await ask(system.url, query)).data.person.name).toBeTruthy();
    const { errors } = await exchange(CIVIL_AFFAIRS, PUBLISH, {
      input: { name: 'welfare', sdl: welfareSdl(1) },
    });
    expect(errors[0].extensions.code).toBe('STORE_UNAVAILABLE');
    expect((await ask(system.url, query)).data.person.name).toBeTruthy();
  });

  it('a gateway does not start', async () => {
    await other.close();
    await expect(startOther()).rejects.toThrow('DATABASE_URL');
    postgres = await startPostgres();
    other = await startOther();
  });
});
