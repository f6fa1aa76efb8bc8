import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { purpose, type System, startSystem } from '../e2e/system.ts';

/** What a provider's server can send, as the answer to a lone fetch (bytes that could pass as they are) and to one of entities. */
type Reply = (response: ServerResponse) => void;

const servers = new Map<string, Server>();
const replies = new Map<string, Reply>();
let system: System;

beforeAll(async () => {
  const instead: Record<string, string> = {};
  for (const name of ['population', 'enterprises']) {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => replies.get(name)?.(response));
    });
    servers.set(name, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    instead[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  // No rest for failing providers: each case is a first one.
  system = await startSystem({ instead, settings: { providers: { timeoutMs: 1_000 } } });
});
afterAll(async () => {
  for (const server of servers.values()) server.closeAllConnections();
  for (const server of servers.values()) server.close();
  await system.close();
});

const send =
  (text: string | Buffer, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
const PERSON = { idNumber: '1', name: 'N' };
const good = (data: unknown): string => JSON.stringify({ data });

/** The same breakage for any good body: what is sent in its stead. */
const BREAKAGES: readonly (readonly [string, (body: string) => Reply])[] = [
  ['is cut off', (body) => send(body.slice(0, -3))],
  [
    'is shorter than announced',
    (body) => (response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(body.length + 9),
      });
      response.write(body);
      response.destroy();
    },
  ],
  ['is longer than announced', (body) => (response) => void response.socket?.end(raw(body, body.length - 5))],
  ['is no JSON', () => send('not json')],
  ['has something behind it', (body) => send(`${body}{}`)],
  ['is not UTF-8', (body) => send(Buffer.from(body.replace('"N"', '"\u00ff"'), 'latin1'))],
  ['nests without end', () => send(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
  ['is empty', () => send('')],
  ['is null', () => send('null')],
];
const raw = (body: string, length: number): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;

test.each(BREAKAGES)('a lone answer that %s is none', async (_, reply) => {
  replies.set('population', reply(good({ person: PERSON })));
  const { status, data, errors } = await system.ask(
    `query ${purpose()} { person(idNumber: "1") { idNumber name } }`,
  );
  expect([status, data]).toEqual([200, { person: null }]);
  expect(errors.map((one) => [one.extensions.code, one.path])).toEqual([
    ['PROVIDER_UNAVAILABLE', ['person']],
  ]);
  expect(errors[0]?.extensions.provider).toBe('云溪市公安局');
});

test.each(BREAKAGES)('an answer of entities that %s costs its own fields', async (_, reply) => {
  replies.set('population', send(good({ person: { __typename: 'Person', ...PERSON } })));
  replies.set('enterprises', reply(good({ _entities: [{ positions: [{ title: 'N' }] }] })));
  const { data, errors } = await system.ask(
    `query ${purpose()} { person(idNumber: "1") { name positions { title } } }`,
  );
  expect(data).toEqual({ person: null }); // positions: [Position!]! may not be null
  expect(errors.map((one) => [one.extensions.code, one.path])).toEqual([
    ['PROVIDER_UNAVAILABLE', ['person', 'positions']],
  ]);
  expect(errors[0]?.extensions.provider).toBe('云溪市市场监督管理局');
});

const name = ['person', 'name'];
test.each<[string, object | null, readonly (string | number)[]]>([
  ['a number for a text', { ...PERSON, name: 7 }, name],
  ['an object for a text', { ...PERSON, name: { a: 1 } }, name],
  ['a list for a text', { ...PERSON, name: ['N'] }, name],
  ['null where none may be', { ...PERSON, name: null }, name],
  ['nothing where something must be', { idNumber: '1' }, name],
  ['a list for an object', [PERSON] as unknown as object, ['person']],
  ['a text for an object', 'N' as unknown as object, ['person']],
])('a lone answer with %s is an error at its path', async (_, person, path) => {
  replies.set('population', send(good({ person })));
  const { data, errors } = await system.ask(`query ${purpose()} { person(idNumber: "1") { idNumber name } }`);
  expect(data).toEqual({ person: null });
  expect(errors.map((one) => [one.extensions.code, one.path])).toEqual([['PROVIDER_UNAVAILABLE', path]]);
});

test.each<[string, unknown, readonly (string | number)[]]>([
  ['no list', { title: 'T' }, ['person', 'positions']],
  ['nothing', undefined, ['person', 'positions']],
  ['a list in a list', [[{ title: 'T' }]], ['person', 'positions', 0]],
  ['a null item', [{ title: 'T' }, null], ['person', 'positions', 1]],
  ['an item without its field', [{ title: 'T' }, {}], ['person', 'positions', 1, 'title']],
  ['an item of a wrong type', [{ title: 'T' }, { title: true }], ['person', 'positions', 1, 'title']],
])('an answer of entities with %s for a list is an error at its path', async (_, positions, path) => {
  replies.set('population', send(good({ person: { __typename: 'Person', ...PERSON } })));
  replies.set('enterprises', send(good({ _entities: [{ positions }] })));
  const { data, errors } = await system.ask(
    `query ${purpose()} { person(idNumber: "1") { name positions { title } } }`,
  );
  expect(data).toEqual({ person: null });
  expect(errors.map((one) => [one.extensions.code, one.path])).toEqual([['PROVIDER_UNAVAILABLE', path]]);
});
