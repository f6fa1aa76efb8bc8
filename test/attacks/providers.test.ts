import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Answer, purpose, type System, startSystem } from '../e2e/system.ts';

type Reply = (response: ServerResponse) => void;

let running: { system: System; server: Server } | null = null;
afterEach(async () => {
  running?.server.closeAllConnections();
  running?.server.close();
  await running?.system.close();
  running = null;
});

/** The city with one provider that replies as the test says. */
async function withProvider(
  name: 'marriage' | 'population',
  reply: Reply,
): Promise<{ system: System; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      calls++;
      reply(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const system = await startSystem({
    instead: { [name]: `http://127.0.0.1:${port}/` },
    settings: { providers: { timeoutMs: 300 }, limits: { answerBytes: 100_000 } },
  });
  running = { system, server };
  return { system, calls: () => calls };
}

const withMarriage = (reply: Reply) => withProvider('marriage', reply);

const ask = (system: System): Promise<Answer> =>
  system.ask(`query ${purpose()} { person(idNumber: "${system.examples.person}") { name maritalStatus } }`);
const json =
  (text: string): Reply =>
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
const entities = (value: unknown): Reply => json(JSON.stringify({ data: { _entities: value } }));

test.each<[string, Reply, string]>([
  ['is down', (response) => response.destroy(), 'PROVIDER_UNAVAILABLE'],
  ['does not answer', () => undefined, 'PROVIDER_TIMEOUT'],
  [
    'stops in the middle',
    (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"da'),
    'PROVIDER_TIMEOUT',
  ],
  [
    'answers too much',
    json(JSON.stringify({ data: { _entities: [{ maritalStatus: 'x'.repeat(200_000) }] } })),
    'PROVIDER_UNAVAILABLE',
  ],
  ['talks no JSON', json('<html>'), 'PROVIDER_UNAVAILABLE'],
  [
    'talks HTML',
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'redirects',
    (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'redirects with an answer',
    (response) =>
      response
        .writeHead(302, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' })
        .end('{"data":{"_entities":[{"maritalStatus":"MARRIED"}]}}'),
    'PROVIDER_UNAVAILABLE',
  ],
  ['answers a list', json('[]'), 'PROVIDER_UNAVAILABLE'],
  ['answers nothing at all', json('{}'), 'PROVIDER_UNAVAILABLE'],
  ['has too few entities', entities([]), 'PROVIDER_UNAVAILABLE'],
  ['has an entity that is no object', entities(['x']), 'PROVIDER_UNAVAILABLE'],
  [
    'answers a value that is no member of the enumeration',
    entities([{ maritalStatus: 'HAPPY' }]),
    'PROVIDER_UNAVAILABLE',
  ],
  ['answers a number for an enumeration', entities([{ maritalStatus: 7 }]), 'PROVIDER_UNAVAILABLE'],
  ['answers a list for a value', entities([{ maritalStatus: ['MARRIED'] }]), 'PROVIDER_UNAVAILABLE'],
  [
    'nests without end',
    json(`{"data":{"_entities":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}}`),
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'tells of its inside',
    json(
      JSON.stringify({
        data: null,
        errors: [{ message: 'SELECT * FROM secret', extensions: { stacktrace: ['at /srv/x.js'] } }],
      }),
    ),
    'PROVIDER_UNAVAILABLE',
  ],
])('a provider that %s costs its own fields only', async (_, reply, code) => {
  const { system } = await withMarriage(reply);
  const answer = await ask(system);
  expect(answer.status).toBe(200);
  expect(answer.data.person).toEqual({ name: expect.any(String), maritalStatus: null });
  expect(answer.errors.map((one) => [one.extensions.code, one.path])).toEqual([
    [code, ['person', 'maritalStatus']],
  ]);
  expect(answer.errors[0]?.extensions.provider).toBe('云溪市民政局');
  expect(JSON.stringify(answer)).not.toMatch(/SELECT|secret|stacktrace|srv/);
});

test('more than was asked for never reaches the consumer', async () => {
  const { system } = await withMarriage(
    entities([
      { maritalStatus: 'MARRIED', photoDigest: 'stolen', __proto__: { polluted: 1 }, name: 'Other' },
    ]),
  );
  const answer = await ask(system);
  expect(answer.data.person).toEqual({ name: expect.any(String), maritalStatus: 'MARRIED' });
  expect(answer.data.person.name).not.toBe('Other');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a read is tried twice when the connection fails, and never more', async () => {
  const { system, calls } = await withMarriage((response) => response.destroy());
  await ask(system);
  expect(calls()).toBe(2);
});

test('a mutation is never tried twice: it may have been done', async () => {
  const { system, calls } = await withProvider('population', (response) => response.destroy());
  const answer = await system.ask(
    `mutation ${purpose()} { reportDiscrepancy(subject: "${system.examples.person}", coordinate: "x", note: "x") { id } }`,
  );
  expect(answer.errors.map((one) => one.extensions.code)).toEqual(['PROVIDER_UNAVAILABLE']);
  expect(calls()).toBe(1);
});

test('a provider that keeps failing is left alone for a while', async () => {
  const { system, calls } = await withMarriage((response) => response.destroy());
  for (let index = 0; index < 8; index++) await ask(system);
  expect(calls()).toBe(10); // five requests, each tried twice
});

test('a provider that hangs is left alone too, and after its rest one request tries it for all', async () => {
  const { system, calls } = await withMarriage(() => undefined);
  for (let index = 0; index < 5; index++) await ask(system);
  expect(calls()).toBe(5);
  await ask(system);
  expect(calls()).toBe(5);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  await Promise.all(Array.from({ length: 10 }, () => ask(system)));
  expect(calls()).toBe(6);
});
