import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForbiddenAddress, judgedLookup } from '../../gateway/addresses.ts';
import { type ChangingProvider, startChangingProvider, welfareSdl } from '../e2e/publishing-provider.ts';
import { EDUCATION, purpose, type System, startSystem } from '../e2e/system.ts';

const CIVIL_AFFAIRS = '云溪市民政局';
const ADMINISTRATOR = '云溪市数据局';
let system: System;
let provider: ChangingProvider;
/** A service inside that nobody outside may reach; it counts who does. */
let inside: Server;
let reached = 0;
const port = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

beforeAll(async () => {
  system = await startSystem();
  provider = await startChangingProvider(
    'welfare',
    join(system.dataDir, 'gateway', 'jwks.json'),
    welfareSdl(1),
  );
  inside = createServer((_, response) => {
    reached++;
    response.end('secret');
  });
  await listening(inside);
});
afterAll(async () => {
  await system.close();
  await provider.close();
  inside.close();
});

async function exchange(as: string, query: string, input: object) {
  const response = await fetch(`${system.url}/exchange`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${await system.tokenOf(as)}`,
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  return (await response.json()) as any;
}
const PUBLISH = `mutation ($input: PublishSubgraphInput!) {
  publishSubgraph(input: $input) { ok findings { code message } version { number } publication { number } } }`;
const APPROVE = 'mutation ($input: ApproveUrlInput!) { approveUrl(input: $input) { code } }';

/** Codes of the findings that stand against a publication. */
async function refusal(input: object, as = CIVIL_AFFAIRS): Promise<string[]> {
  const { data, errors } = await exchange(as, PUBLISH, { force: true, reason: 'attack', ...input });
  if (errors) return errors.map((one: { extensions: { code: string } }) => one.extensions.code);
  expect(data.publishSubgraph).toMatchObject({ ok: false, version: null, publication: null });
  return data.publishSubgraph.findings.map((one: { code: string }) => one.code);
}

/** What is live, and that it answers. */
async function live(): Promise<unknown> {
  const { data } = await exchange(
    CIVIL_AFFAIRS,
    '{ publications(first: 1) { edges { node { number } } } }',
    {},
  );
  const answer = await system.ask(
    `query ${purpose()} { person(idNumber: "${system.examples.person}") { name maritalStatus } }`,
  );
  return [data.publications.edges[0].node.number, answer.errors, Object.keys(answer.data.person)];
}
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await live();
  const result = await work();
  expect(await live()).toEqual(before);
  return result;
}

describe('a name', () => {
  it.each([
    ['of another department', 'population', CIVIL_AFFAIRS],
    ['in letters that look alike', 'pоpulation', CIVIL_AFFAIRS], // a Cyrillic o
    ['in full-width letters', 'ｐopulation', CIVIL_AFFAIRS],
    ['with a character that nobody sees', 'population\u200b', CIVIL_AFFAIRS],
    ['in capitals', 'Population', CIVIL_AFFAIRS],
    ['that is a path', '../population', CIVIL_AFFAIRS],
    ['that is the platform’s', 'liancha', CIVIL_AFFAIRS],
  ])('%s is refused', async (_, name, as) => {
    const codes = await unchanged(() => refusal({ name, sdl: welfareSdl(1), url: provider.url }, as));
    expect(codes).toContain('RESERVED_NAME');
  });

  it('is nothing to a department that does not provide', async () => {
    expect(await refusal({ name: 'welfare', sdl: welfareSdl(1) }, EDUCATION)).toEqual(['FORBIDDEN']);
  });

  it('of another department does not make the gateway sign for that department’s service', async () => {
    const asked = system.received.length;
    await refusal({ name: 'population', sdl: welfareSdl(1), url: provider.url });
    expect(system.received.slice(asked).filter(({ query }) => query.includes('_service'))).toEqual([]);
  });
});

describe('a schema that is made to harm', () => {
  it.each([
    ['ten megabytes', () => `# ${'x'.repeat(10_000_000)}`],
    ['nested deeply', () => `type Query { a(b: Int = ${'['.repeat(100_000)}): Int }`],
    ['types of types', () => `type Query { a: ${'['.repeat(50_000)}Int${']'.repeat(50_000)} }`],
    [
      'thousands of types',
      () => Array.from({ length: 20_000 }, (_, index) => `type T${index} { a: Int }`).join('\n'),
    ],
    [
      'one type of very many fields',
      () => `type Query { ${Array.from({ length: 40_000 }, (_, index) => `f${index}: Int`).join(' ')} }`,
    ],
    ['malformed', () => 'type Query { a: Int'],
    ['in letters that look alike', () => 'type Рerson { a: Int }'],
    ['a name of the platform’s', () => welfareSdl(1).replaceAll('Welfare', 'OnDenied')],
  ])('(%s) is refused, and what is live goes on', async (_, sdl) => {
    const codes = await unchanged(() => refusal({ name: 'marriage', sdl: sdl() }));
    expect(codes.some((code) => code === 'COMPOSITION_ERROR' || code === 'RESERVED_NAME')).toBe(true);
  });

  it('cannot loosen what another department has classified, nor compute from it without a grant', async () => {
    const more = `}
      type Person @key(fields: "idNumber") @resource(name: "x", classification: "3/民政", abstract: "x", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY) {
        idNumber: ID!
        residence: String @external
        copied: String @requires(fields: "residence") @sharing(class: UNCONDITIONAL) @item(name: "住址", type: C, length: 50)
        photoDigest: String @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 9)`;
    const codes = await unchanged(() =>
      refusal({ name: 'welfare', sdl: welfareSdl(1, more), url: provider.url }),
    );
    expect(codes).toEqual(expect.arrayContaining(['REQUIRES_WITHOUT_GRANT', 'SEVERAL_SOURCES']));
  });
});

describe('the address of a service', () => {
  const approve = (host: string, as = ADMINISTRATOR) =>
    exchange(as, APPROVE, { department: '11990101MB0000002C', host, reason: 'test' });

  it('is approved by the administrator alone', async () => {
    const { errors } = await approve('127.0.0.1:1', CIVIL_AFFAIRS);
    expect(errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:7f00:1]', '2130706433', '0x7f.1'])(
    'inside (%s) is not even asked',
    async (host) => {
      const url = `http://${host}:${port(inside)}/`;
      expect(await refusal({ name: 'welfare', sdl: welfareSdl(1), url })).toEqual(['URL_NOT_ALLOWED']);
      expect(reached).toBe(0);
    },
  );

  it('that is a name is judged by where it leads, approved or not; metadata and links by no approval', async () => {
    for (const host of [`localhost:${port(inside)}`, '169.254.169.254']) {
      expect((await approve(host)).errors).toBeUndefined();
      const url = `http://${host}/latest`;
      expect(await refusal({ name: 'welfare', sdl: welfareSdl(1), url })).toEqual(['URL_NOT_ALLOWED']);
    }
    expect(reached).toBe(0);
  });

  it('that answers with a redirect leads nowhere', async () => {
    const redirecting = createServer((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port(inside)}/` }).end(),
    );
    await listening(redirecting);
    const host = `127.0.0.1:${port(redirecting)}`;
    await approve(host);
    const codes = await refusal({ name: 'welfare', sdl: welfareSdl(1), url: `http://${host}/` });
    expect([codes, reached]).toEqual([['SCHEMA_MISMATCH'], 0]);
    redirecting.close();
  });

  it('is judged again when it is connected to: a name may mean another address by then', async () => {
    const pool = new Pool(`http://localhost:${port(inside)}`, {
      connect: { lookup: judgedLookup('APPROVED') },
    });
    await expect(pool.request({ method: 'GET', path: '/' })).rejects.toThrow('not allowed');
    await pool.destroy();
    expect(reached).toBe(0);
    for (const address of [
      '::ffff:169.254.169.254',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '0.0.0.0',
      'fe80::1',
    ])
      expect(isForbiddenAddress(address, 'APPROVED')).toBe(true);
    expect(isForbiddenAddress('10.1.2.3', 'APPROVED')).toBe(false);
    expect(isForbiddenAddress('10.1.2.3', 'PUBLIC')).toBe(true);
  });
});

it('everything that was refused left the way open for what is right', async () => {
  const approved = { department: '11990101MB0000002C', host: provider.host, reason: 'test' };
  await exchange(ADMINISTRATOR, APPROVE, approved);
  const input = { name: 'welfare', sdl: welfareSdl(1), url: provider.url };
  const { data } = await exchange(CIVIL_AFFAIRS, PUBLISH, input);
  expect(data.publishSubgraph).toMatchObject({ ok: true, findings: [], version: { number: 1 } });
  const answer = await system.ask(`query ${purpose()} { welfare(id: "1") { kind } }`);
  expect(answer.data.welfare.kind).toBe('低保');
});
