import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createPlainServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSubgraph } from '../../subgraphs/kit/index.ts';
import { type ChangingProvider, startChangingProvider, welfareSdl } from '../e2e/publishing-provider.ts';
import { EDUCATION, purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';

/** A department that the administrator has admitted, and that means no good. */
const RED = '云溪市民政局';
const RED_CODE = '11990101MB0000002C';
const ADMINISTRATOR = '云溪市数据局';
let system: System;
let provider: ChangingProvider;
const servers: { close(): unknown }[] = [];

beforeAll(async () => {
  system = await startSystem();
  const jwks = join(system.dataDir, 'gateway', 'jwks.json');
  provider = await startChangingProvider('welfare', jwks, welfareSdl(1));
  await approve(provider.host);
});
afterAll(async () => {
  await system.close();
  await provider.close();
  for (const one of servers) one.close();
});

const approve = (host: string) =>
  system.exchange('mutation ($input: ApproveUrlInput!) { approveUrl(input: $input) { code } }', {
    as: ADMINISTRATOR,
    variables: { input: { department: RED_CODE, host, reason: 'test' } },
  });
const PUBLISH = `mutation ($input: PublishSubgraphInput!) {
  publishSubgraph(input: $input) { ok findings { code coordinate message } publication { number } } }`;
async function publish(input: object) {
  const variables = { input: { name: 'welfare', url: provider.url, ...input } };
  const { data, errors } = await system.exchange(PUBLISH, { as: RED, variables });
  expect(errors).toEqual([]);
  return data.publishSubgraph;
}
async function check(input: object) {
  const query = `mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { findings { code message } } }`;
  const variables = { input: { name: 'welfare', ...input } };
  const { data, errors } = await system.exchange(query, { as: RED, variables });
  expect(errors).toEqual([]);
  return data.checkSubgraph.findings as { code: string; message: string }[];
}
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);
async function approved(server: { address(): string | AddressInfo | null; close(): unknown }) {
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  await approve(`127.0.0.1:${port}`);
  return `http://127.0.0.1:${port}/`;
}

/** A service that shows to strangers what it may not: whoever is not one is answered by the one that protects itself. */
async function leaking(isLeaking: (request: IncomingMessage, query: string) => boolean): Promise<string> {
  const schema = buildSubgraph(welfareSdl(1), {
    Query: { welfare: (_: unknown, { id }: { id: string }) => ({ id, kind: '低保' }) },
  });
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const found = new URL(request.url ?? '/', provider.url).searchParams.get('query');
      const body = await text(request);
      const { authorization = '' } = request.headers;
      const headers = { 'content-type': 'application/json', authorization };
      const answered = await fetch(provider.url, { method: 'POST', headers, body });
      const source: string = found ?? JSON.parse(body).query;
      const isRefused = !answered.ok && isLeaking(request, source);
      response.writeHead(isRefused ? 200 : answered.status, { 'content-type': 'application/json' });
      response.end(isRefused ? JSON.stringify(await graphql({ schema, source })) : await answered.text());
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return approved(server);
}
const claimsOf = (request: IncomingMessage): Record<string, unknown> => {
  const [, payload = ''] = (request.headers.authorization ?? '').split('.');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return {};
  }
};
const now = () => Date.now() / 1_000;

describe('a service may not go live that answers', () => {
  it.each<[string, (request: IncomingMessage, query: string) => boolean]>([
    ['anybody', () => true],
    ['whoever shows nothing', ({ headers }) => headers.authorization === undefined],
    ['whoever shows anything', ({ headers }) => headers.authorization === 'Bearer anything'],
    ['an assertion that has expired', (request) => Number(claimsOf(request).exp) < now()],
    ['an assertion for another', (request) => String(claimsOf(request).aud).endsWith(':liancha')],
    [
      'an assertion whose signature it does not check',
      (request) =>
        String(claimsOf(request).aud).endsWith(':welfare') && Number(claimsOf(request).exp) > now(),
    ],
    ['its schema alone', (_, query) => query.includes('_service')],
    ['everything but its schema', (_, query) => !query.includes('_service')],
    ['its entities alone', (_, query) => query.includes('_entities')],
    ['a GET', ({ method }) => method === 'GET'],
  ])('%s', async (_, isLeaking) => {
    const url = await leaking(isLeaking);
    expect(codes(await check({ sdl: welfareSdl(1), url }))).toEqual(['UNPROTECTED']);
    const report = await publish({ sdl: welfareSdl(1), url, force: true, reason: 'attack' });
    expect(report).toMatchObject({ ok: false, publication: null });
  });

  it('while one that answers nobody else may', async () => {
    expect(await check({ sdl: welfareSdl(1), url: await leaking(() => false) })).toEqual([]);
  });
});

describe('a service that does not tell which schema it runs', () => {
  const serve = async (status: number, body: string, headers = {}): Promise<string> => {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return approved(server);
  };
  const mute = async (): Promise<string> => {
    const server = createPlainServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return approved(server);
  };
  const gone = async (): Promise<string> => {
    const url = await serve(200, '');
    await new Promise((resolve) => (servers.pop() as Server).close(resolve));
    return url;
  };
  it.each<[string, () => Promise<string>, string]>([
    ['is not there', gone, 'refused'],
    ['is at another path', () => serve(404, ''), 'path'],
    ['refuses the assertion', () => serve(401, ''), 'jwks.json'],
    ['forbids it', () => serve(403, ''), 'jwks.json'],
    ['does not answer', mute, 'firewalls'],
    ['answers a page', () => serve(200, '<html>'), 'JSON'],
    ['answers other JSON', () => serve(200, '{"data":null}'), '_service'],
    ['answers very much', () => serve(200, 'x'.repeat(3_000_000)), '2 MB'],
    ['has failed', () => serve(502, ''), 'failed'],
    ['speaks no TLS', async () => (await serve(200, '')).replace('http:', 'https:'), 'TLS'],
  ])('%s: it is said what to look at', async (_, start, word) => {
    const [finding, ...more] = await check({ sdl: welfareSdl(1), url: await start() });
    expect(more).toEqual([]);
    expect(finding?.code).toBe('SCHEMA_MISMATCH');
    expect(finding?.message).toContain(word);
  });
});

describe('what composes', () => {
  const person = (fields: string): string =>
    welfareSdl(
      1,
      `}
      type Person @key(fields: "idNumber") @resource(name: "x", classification: "3/民政", abstract: "x", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY) {
        idNumber: ID!
        birthDate: Date @external
        red: String @requires(fields: ${JSON.stringify(fields)}) @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 9)
      }
      scalar Date
      type Unused { id: ID @sharing(class: UNCONDITIONAL)`,
    );

  it.each(['{ birthDate }', ' {birthDate}', '{ birthDate', 'birthDate }', 'birthDate, { __typename }'])(
    'and cannot be taken up is not published (%j), and others’ publications go on being served',
    async (fields) => {
      const sdl = person(fields);
      await provider.deploy(welfareSdl(1));
      const { ok, findings } = await publish({ sdl, force: true, reason: 'attack' });
      const isServed = async (): Promise<boolean> => {
        const answer = await system.ask(
          `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`,
        );
        return answer.errors.length === 0;
      };
      // It may be read as what it means: then it is served. What is no field set is refused.
      expect(ok).toBe(false);
      expect(codes(findings).some((code) => code !== 'UNPROTECTED')).toBe(true);
      expect(await isServed()).toBe(true);
      expect(await (await fetch(`${system.url}/health/ready`)).json()).toEqual({ status: 'ready' });
    },
  );
});

describe('a department that retires by force what was asked', () => {
  const RETIRE = `mutation ($input: RetireSubgraphInput!) { retireSubgraph(input: $input) { ok findings { code } } }`;
  const NOTIFICATIONS = '{ notifications(first: 5) { edges { node { event about { type id } } } } }';
  const CHECK_OTHER = `mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { findings { code } } }`;

  it('breaks nobody else’s publications, and those who asked are told', async () => {
    await provider.deploy(welfareSdl(1));
    expect(await publish({ sdl: welfareSdl(1) })).toMatchObject({ ok: true, findings: [] });
    const asked = await system.ask(`query ${purpose()} { welfare(id: "1") { kind } }`);
    expect(asked.data.welfare.kind).toBe('低保');

    const retire = (force: boolean) =>
      system.exchange(RETIRE, {
        as: RED,
        variables: { input: { name: 'welfare', reason: 'attack', force } },
      });
    const refused = (await retire(false)).data.retireSubgraph;
    expect(codes(refused.findings)).toEqual(['BREAKS_OPERATIONS']);
    expect((await retire(true)).data.retireSubgraph).toEqual({ ok: true, findings: [] });
    const { data } = await system.exchange(NOTIFICATIONS, { as: REGISTRATION });
    expect(data.notifications.edges[0].node).toEqual({
      event: 'SUBGRAPH_RETIRED',
      about: { type: 'Subgraph', id: 'welfare' },
    });
    const others = await system.exchange(NOTIFICATIONS, { as: EDUCATION });
    expect(JSON.stringify(others.data)).not.toContain('SUBGRAPH_RETIRED');

    const live = await system.exchange('{ subgraphs { name sdl provider { name } } }', {});
    const other = live.data.subgraphs.find(({ name }: { name: string }) => name === 'enterprises');
    const checked = await system.exchange(CHECK_OTHER, {
      as: other.provider.name,
      variables: { input: { name: other.name, sdl: other.sdl } },
    });
    expect(checked.data.checkSubgraph.findings).toEqual([]);
  });
});

describe('a version that waits', () => {
  it('is its department’s: others see that there is one, not where it would run, who made it and why', async () => {
    await provider.deploy(welfareSdl(7));
    const waiting = await publish({ sdl: welfareSdl(7), promote: false, reason: '内部事由', force: true });
    expect(waiting).toMatchObject({ ok: true, publication: null });
    const HISTORY = '{ subgraph(name: "welfare") { versions { status url operator reason } } }';
    const seen = async (as: string) => (await system.exchange(HISTORY, { as })).data.subgraph.versions[0];
    const hidden = { status: 'PUBLISHED', url: null, operator: null, reason: null };
    const whole = { status: 'PUBLISHED', url: provider.url, operator: 'test', reason: '内部事由' };
    expect(await seen(REGISTRATION)).toEqual(hidden);
    expect(await seen(EDUCATION)).toEqual(hidden);
    expect(await seen(RED)).toEqual(whole);
    expect(await seen(ADMINISTRATOR)).toEqual(whole);
  });
});
