import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';
import { livenessDuring, mostOf, usualLiveness } from './liveness.ts';

let system: System;
let token: string;
beforeAll(async () => {
  system = await startSystem({
    settings: {
      access: { hosts: ['exchange.example'], origins: ['https://portal.example'] },
      limits: { bodyMs: 1_000, bufferedBytes: 2_000_000, unidentifiedPerMinute: 100 },
      ledger: { refusalsEveryMs: 500 },
    },
  });
  token = await system.tokenOf(REGISTRATION);
});
afterAll(() => system.close());
beforeEach(() => {
  system.received.length = 0;
});

interface Given {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}
interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly isKnown?: boolean;
}

/** Sends what no client library would. */
function send({
  method = 'POST',
  path = '/graphql',
  headers = {},
  body,
  isKnown = true,
}: Sent): Promise<Given> {
  return new Promise((resolve, reject) => {
    const sending = request(system.url, {
      method,
      path,
      headers: { ...(isKnown && { authorization: `Bearer ${token}` }), 'accept-language': 'en', ...headers },
    });
    sending.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
const codeOf = ({ text }: Given): unknown => JSON.parse(text).errors?.[0]?.extensions?.code;
const json = { 'content-type': 'application/json' };
const TYPENAME = JSON.stringify({ query: '{ __typename }' });

describe.each(['/graphql', '/exchange'])('a request to %s', (path) => {
  const hash = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  test.each<[string, Sent, number, string | undefined]>([
    ['with a query that is a number', { headers: json, body: '{"query":0}' }, 400, 'BAD_USER_INPUT'],
    ['without a query', { headers: json, body: '{}' }, 400, 'BAD_USER_INPUT'],
    ['that is a number', { headers: json, body: '1' }, 400, 'BAD_USER_INPUT'],
    ['that is an empty list', { headers: json, body: '[]' }, 400, 'BAD_USER_INPUT'],
    [
      'with variables in a list',
      { headers: json, body: '{"query":"{a}","variables":[]}' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'with a name that is no text',
      { headers: json, body: '{"query":"{a}","operationName":1}' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'with extensions in a text',
      { headers: json, body: '{"query":"{a}","extensions":"x"}' },
      400,
      'BAD_USER_INPUT',
    ],
    ['for HTML', { headers: { ...json, accept: 'text/html' }, body: TYPENAME }, 406, 'NOT_ACCEPTABLE'],
    [
      'for JSON at no price',
      { headers: { ...json, accept: 'application/json;q=0' }, body: TYPENAME },
      406,
      'NOT_ACCEPTABLE',
    ],
    [
      'that is compressed',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: TYPENAME },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'of a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query=x' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'of several parts',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['of no type', { body: TYPENAME }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'in UTF-16',
      { headers: { 'content-type': 'application/json; charset=utf-16' }, body: TYPENAME },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'in UTF-8, said in capitals',
      { headers: { 'content-type': 'Application/JSON; Charset="UTF-8"' }, body: TYPENAME },
      200,
      undefined,
    ],
    [
      'for anything but HTML',
      { headers: { ...json, accept: 'text/html, */*;q=0.1' }, body: TYPENAME },
      200,
      undefined,
    ],
    ['by PUT', { method: 'PUT', headers: json, body: TYPENAME }, 405, 'METHOD_NOT_ALLOWED'],
    ['by OPTIONS', { method: 'OPTIONS' }, 405, 'METHOD_NOT_ALLOWED'],
    ['by GET without a query', { method: 'GET' }, 400, 'BAD_USER_INPUT'],
    [
      'by GET of a browser',
      { method: 'GET', headers: { accept: 'text/html,*/*;q=0.8' } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'by GET with two queries',
      { method: 'GET', path: '?query={__typename}&query={x}' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'by GET with broken variables',
      { method: 'GET', path: '?query={__typename}&variables={' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'of a hash alone',
      { headers: json, body: JSON.stringify({ extensions: hash }) },
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    [
      'of a hash alone, by GET',
      { method: 'GET', path: `?extensions=${encodeURIComponent(JSON.stringify(hash))}` },
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ],
    [
      'of a hash and a text',
      { headers: json, body: JSON.stringify({ query: '{ __typename }', extensions: hash }) },
      200,
      undefined,
    ],
  ])('%s', async (_, sent, status, code) => {
    const given = await send({ ...sent, path: `${path}${sent.path ?? ''}` });
    expect([given.status, codeOf(given)]).toEqual([status, code]);
    expect(given.headers['x-content-type-options']).toBe('nosniff');
    if (status === 405) expect(given.headers.allow).toBe('GET, POST');
    if (code === 'PERSISTED_QUERY_NOT_SUPPORTED')
      expect(JSON.parse(given.text).errors[0].message).toBe('PersistedQueryNotSupported');
  });

  test('of nobody who is known is answered before its body has come, and none of it is asked for', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 12000000\r\n`;
    for (const expectation of ['', 'Expect: 100-continue\r\n']) {
      const answer = await firstBytes(`${head}${expectation}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    }
  });

  test('of somebody who is known is asked for its body only then', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${TYPENAME.length}\r\nExpect: 100-continue\r\n\r\n`;
    expect(await firstBytes(head)).toMatch(/^HTTP\/1\.1 100 /);
  });

  test('whose body does not come is given up', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000\r\n\r\n{`;
    expect(await firstBytes(head)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('with more in its head than anybody needs is refused', async () => {
    const given = await send({ method: 'GET', path: `${path}?query=${'x'.repeat(20_000)}` });
    expect(given.status).toBe(431);
  });
});

/** What comes back first of what is written to a connection. */
function firstBytes(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(system.url).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(''));
  });
}

test('a mutation by GET is refused with the method that it needs', async () => {
  const query = encodeURIComponent(
    `mutation ${purpose()} { reportDiscrepancy(subject: "1", coordinate: "x", note: "x") { id } }`,
  );
  const given = await send({ method: 'GET', path: `/graphql?query=${query}` });
  expect([given.status, codeOf(given), given.headers.allow]).toEqual([405, 'METHOD_NOT_ALLOWED', 'POST']);
  expect(system.received).toEqual([]);
});

test('what bodies are kept at once of one department is bounded, and there is room again when they are answered', async () => {
  const body = Buffer.from(JSON.stringify({ query: `{ __typename } #${'x'.repeat(400_000)}` }));
  const sending = Array.from({ length: 6 }, () => {
    const one = request(`${system.url}/graphql`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${token}`, 'content-length': body.length },
    });
    const status = new Promise<number>((resolve) => {
      one.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      one.on('error', () => resolve(0));
    });
    one.write(body.subarray(0, 300_000));
    return { one, status };
  });
  const statuses = await Promise.all(sending.map(({ status }) => status));
  expect(statuses.filter((one) => one === 503).length).toBeGreaterThanOrEqual(4);
  for (const { one } of sending) one.destroy();
  await expect.poll(async () => (await send({ headers: json, body })).status).toBe(200);
});

describe('the name under which the gateway is called', () => {
  const places: readonly Sent[] = [
    { path: '/graphql', headers: json, body: TYPENAME },
    { path: '/exchange', headers: json, body: TYPENAME },
    {
      path: '/demonstration/token',
      headers: json,
      body: '{"department":"11990101MB0000013G"}',
      isKnown: false,
    },
    { path: '/demonstration/departments', method: 'GET', isKnown: false },
    { path: '/', method: 'GET', isKnown: false },
    { path: '/metrics', method: 'GET', isKnown: false },
  ];
  test.each(places)('is known at $path', async (place) => {
    const { port } = new URL(system.url);
    for (const host of [
      'evil.example',
      `127.0.0.1.evil.example:${port}`,
      'localhost.evil.example',
      '192.0.2.1',
      'localhost@evil.example',
      '[::2]',
    ]) {
      const given = await send({ ...place, headers: { ...place.headers, host } });
      expect([host, given.status, codeOf(given)]).toEqual([host, 421, 'MISDIRECTED_REQUEST']);
    }
    for (const host of [
      `localhost:${port}`,
      'LOCALHOST',
      '127.0.0.1',
      'exchange.example:8443',
      `[::1]:${port}`,
    ])
      expect((await send({ ...place, headers: { ...place.headers, host } })).status).toBe(200);
  });

  test('may stand in the target as well, and is looked at there', async () => {
    const target = `GET http://evil.example/demonstration/departments HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    expect(await firstBytes(target)).toMatch(/^HTTP\/1\.1 421 /);
    expect(
      await firstBytes('GET //evil.example/demonstration/departments HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 421 /);
    expect(await firstBytes('GET /demonstration/departments HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('is not asked for where only public keys, hashes and health are told', async () => {
    for (const path of ['/health/live', '/.well-known/jwks.json', '/ledger/head'])
      expect((await send({ method: 'GET', path, headers: { host: 'anything.example' } })).status).toBe(200);
  });

  test.each(places)('and a page of another site is refused at $path', async (place) => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:1',
      'https://portal.example.evil.example',
    ]) {
      const given = await send({ ...place, headers: { ...place.headers, origin } });
      expect([origin, given.status, codeOf(given)]).toEqual([origin, 403, 'ORIGIN_NOT_ALLOWED']);
    }
    expect((await send({ ...place, headers: { ...place.headers, origin: system.url } })).status).toBe(200);
  });

  test('a page of a site that is listed may ask, but gets no token of the demonstration', async () => {
    const origin = 'https://portal.example';
    const preflight = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const asked = await send({ method: 'OPTIONS', headers: preflight, isKnown: false });
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, origin]);
    expect(asked.headers['access-control-allow-headers']).toContain('authorization');
    const given = await send({ headers: { ...json, origin }, body: TYPENAME });
    expect([given.status, given.headers['access-control-allow-origin']]).toEqual([200, origin]);
    const refused = await send({
      path: '/demonstration/token',
      headers: { ...json, origin },
      body: '{}',
      isKnown: false,
    });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    const foreign = await send({
      method: 'OPTIONS',
      headers: { ...preflight, origin: 'https://evil.example' },
    });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test.each([
    [{ host: 'evil.example' }, 421],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
  ])('a WebSocket with %j is refused with %i', async (headers, status) => {
    const socket = new WebSocket(`${system.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    const given = await new Promise((resolve) => {
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
      socket.on('open', () => resolve('open'));
      socket.on('error', () => undefined);
    });
    expect(given).toBe(status);
  });
});

describe('what is asked of the schema itself', () => {
  const nested = (levels: number): string =>
    `{ __schema { types { ${'fields { type { '.repeat(levels)} name description ${'} }'.repeat(levels)} } } }`;
  const ask = (body: unknown, headers: Record<string, string> = {}) =>
    send({ headers: { ...json, ...headers }, body: JSON.stringify(body) });

  test('is answered to the tools that ask for all of it, compressed where they take it so', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const given = await ask({ query });
    const { data, extensions } = JSON.parse(given.text);
    expect(buildClientSchema(data).getType('Person')).toBeDefined();
    expect(extensions.receipt.id).toEqual(expect.any(String));
    const compressed = await ask({ query }, { 'accept-encoding': 'br, gzip' });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(Number(compressed.headers['content-length'])).toBeLessThan(given.text.length / 3);
  });

  test('is never longer than twice what there is to tell, alone or in a batch, and liveness does not wait for it', async () => {
    const usual = await usualLiveness(system.url);
    const lengths: number[] = [];
    const took = await livenessDuring(system.url, async () => {
      for (const levels of [2, 3, 4, 6, 8]) {
        const given = await ask({ query: nested(levels) });
        lengths.push(given.text.length);
        if (levels > 3) expect(codeOf(given)).toBe('GRAPHQL_VALIDATION_FAILED'); // Lists within lists.
      }
      const batch = await ask(Array.from({ length: 5 }, () => ({ query: nested(2) })));
      lengths.push(batch.text.length);
      const all = Array.from({ length: 40 }, (_, index) => `a${index}: __schema { types { ...T } }`).join(
        ' ',
      );
      const spread = await ask({
        query: `{ ${all} } fragment T on __Type { name fields { name description args { name type { name } } } }`,
      });
      expect(codeOf(spread)).toBe('OPERATION_TOO_COMPLEX');
    });
    expect(Math.max(...lengths)).toBeLessThan(3_000_000);
    expect(mostOf(took)).toBeLessThan(usual);
  });
});

describe('refusals that anybody can cause', () => {
  type Refused = {
    errors: string[];
    department: string | null;
    refusals?: { count: number; callers: number };
  };
  const since = (before: number) => system.disclosures().slice(before) as unknown as Refused[];
  const counted = (records: readonly Refused[]): number =>
    records.reduce((sum, { refusals }) => sum + (refusals?.count ?? 1), 0);

  test('of nobody who is known have a rate by address, and are counted in few records that are found', async () => {
    const before = system.disclosures().length;
    const statuses: number[] = [];
    const receipts = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const sent = Array.from({ length: 20 }, (_, index) =>
        send({
          isKnown: false,
          headers: json,
          body: JSON.stringify({ query: `query N${round}_${index}_${'x'.repeat(5_000)} { __typename }` }),
        }),
      );
      for (const { status, text } of await Promise.all(sent)) {
        statuses.push(status);
        const receipt = JSON.parse(text).extensions?.receipt?.id;
        if (receipt) receipts.add(receipt);
      }
    }
    // Every receipt is of a record that is there when it is given.
    const ids = new Set(system.disclosures().map(({ id }) => String(id)));
    expect([...receipts].filter((one) => !ids.has(one))).toEqual([]);
    expect(receipts.size).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((one) => one === 429).length).toBeGreaterThan(200);
    const records = () => since(before).filter(({ department }) => department === null);
    await expect.poll(() => counted(records())).toBe(400);
    expect(records().length).toBeLessThan(200);
    expect(JSON.stringify(records()).length).toBeLessThan(200_000);
    const first = records().find(({ refusals }) => refusals?.count);
    expect(first?.refusals?.callers).toBe(1);
    const auditor = '云溪市审计局';
    const query =
      '{ disclosures(view: ALL, first: 100) { edges { node { errors refusals { count since callers } } } } }';
    await expect
      .poll(async () => JSON.stringify((await system.exchange(query, { as: auditor })).data))
      .toContain('"callers":1');
  });

  test('of a department are counted together beyond so many a minute', async () => {
    const before = system.disclosures().length;
    for (let round = 0; round < 40; round++)
      await Promise.all(
        Array.from({ length: 25 }, (_, index) =>
          send({ headers: json, body: JSON.stringify({ query: `{ nowhere${round}_${index} }` }) }),
        ),
      );
    const own = () => since(before).filter(({ department }) => department !== null);
    await expect.poll(() => counted(own())).toBe(1_000);
  });

  test('an operation’s name is on record as far as a name goes', async () => {
    const before = system.disclosures().length;
    const given = await send({
      headers: json,
      body: JSON.stringify({ query: `query ${'N'.repeat(200_000)} { __typename }` }),
    });
    expect(given.status).toBe(200);
    expect(String(system.disclosures().slice(before)[0]?.operationName)).toBe('N'.repeat(200));
  });

  test('what a consumer wrote is not quoted back at any length', async () => {
    const given = await send({
      headers: json,
      body: JSON.stringify({ query: `{ ${'n'.repeat(100_000)} }` }),
    });
    expect(codeOf(given)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(given.text.length).toBeLessThan(10_000);
  });
});
