import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type AssertionSigner, openAssertionSigner } from '../../gateway/broker/index.ts';
import { createFeed, createLoader, type RunningSubgraph, startProvider } from '../../subgraphs/kit/index.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { counter(id: ID!): Counter }
  type Subscription { counted(id: ID!): Counter }
  type Counter @key(fields: "id") { id: ID! value: Int }`;

const values = new Map<string, number>();
const feed = createFeed<string>();
interface Context {
  readonly values: ReturnType<typeof createLoader<number>>;
}

const folder = mkdtempSync(join(tmpdir(), 'liancha-kit-'));
let signer: AssertionSigner;
let provider: RunningSubgraph;
beforeAll(async () => {
  signer = openAssertionSigner(folder, 'test', Date.now);
  provider = await startProvider<Context>(
    {
      name: 'counters',
      sdl,
      context: () => ({ values: createLoader(async () => new Map(values)) }),
      resolvers: {
        Counter: { value: ({ id }: { id: string }, _: unknown, context: Context) => context.values.load(id) },
        Subscription: {
          counted: {
            subscribe: (_: unknown, { id }: { id: string }) => feed.listen(id),
            resolve: (id: string) => ({ id }),
          },
        },
      },
    },
    { jwks: join(folder, 'jwks.json') },
  );
});
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true });
});

const asked = { query: 'subscription { counted(id: "1") { value } }' };
const claims = { department: 'D', operator: 'O', use: 'U', matter: 'M', grants: [], disclosure: 'X' };
const assertion = (method: 'GET' | 'POST', what: object = asked, subgraph = 'counters') =>
  signer.sign({ subgraph, ...claims }, { method, path: '/', body: JSON.stringify(what) });

function count(value: number): void {
  values.set('1', value);
  feed.publish('1', '1');
}

/** Over graphql-transport-ws, with the assertion in the upgrade's header as the gateway sends it. */
function overSocket(token: string) {
  const webSocketImpl = class extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: { authorization: `Bearer ${token}` } });
    }
  };
  return createSocketClient({ url: provider.url.replace('http', 'ws'), webSocketImpl, retryAttempts: 0 });
}

function overEvents(token: string) {
  const headers = { authorization: `Bearer ${token}` };
  return createSseClient({ url: provider.url, headers, retryAttempts: 0 });
}

describe.each([
  ['graphql-transport-ws', 'GET', overSocket],
  ['graphql-sse', 'POST', overEvents],
] as const)('a provider that is subscribed to over %s', (_, method, connect) => {
  test('pushes each event as it is by then, not as a loader remembers it', async () => {
    const events = connect(assertion(method)).iterate<{ counted: { value: number } }>(asked);
    const first = events.next();
    // There is no acknowledgement of a subscription: count on until it is heard.
    let value = 0;
    const counting = setInterval(() => count(++value), 5);
    const { value: heard } = await first;
    clearInterval(counting);
    expect(heard.data.counted.value).toBeGreaterThan(0);
    count(1_000);
    for (let last = 0; last !== 1_000; ) last = (await events.next()).value.data.counted.value;
    await events.return?.();
  });

  test('hears nobody without the gateway’s assertion, or with one for another provider or another question', async () => {
    const others = [
      'nonsense',
      assertion(method, asked, 'others'),
      assertion(method, { query: 'subscription { counted(id: "2") { value } }' }),
      assertion(method === 'GET' ? 'POST' : 'GET'),
    ];
    for (const token of others) await expect(connect(token).iterate(asked).next()).rejects.toBeDefined();
  });

  test('refuses what is not valid', async () => {
    const wrong = { query: 'subscription { nowhere }' };
    const stream = connect(assertion(method, wrong)).iterate(wrong);
    await expect(stream.next()).rejects.toBeDefined();
  });
});

test('an assertion opens one socket, and on it the one subscription that it is for', async () => {
  const token = assertion('GET');
  const headers = { authorization: `Bearer ${token}` };
  const open = () => new WebSocket(provider.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  const socket = open();
  const heard: { id?: string; type: string }[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  await expect.poll(() => heard.map((one) => one.type)).toEqual(['connection_ack']);
  const subscribe = (id: string, payload: string) =>
    socket.send(`{"id":"${id}","type":"subscribe","payload":${payload}}`);
  subscribe('1', JSON.stringify(asked));
  subscribe('2', JSON.stringify(asked)); // The same again.
  subscribe('3', JSON.stringify({ query: 'subscription { counted(id: "2") { value } }' }));
  await expect
    .poll(() => heard.filter((one) => one.type === 'error').map((one) => one.id))
    .toEqual(['2', '3']);
  socket.terminate();
  const again = open();
  const status = await new Promise((resolve) => {
    again.once('unexpected-response', (_, response) => resolve(response.statusCode));
    again.once('open', () => resolve('open'));
  });
  expect(status).toBe(401);
});

test('what is asked first cannot be another question under the id of the right one', async () => {
  const headers = { authorization: `Bearer ${assertion('GET')}` };
  const socket = new WebSocket(provider.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  const heard: { type: string }[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  await expect.poll(() => heard.map((one) => one.type)).toEqual(['connection_ack']);
  const other = JSON.stringify({ query: 'subscription { counted(id: "2") { value } }' });
  const right = JSON.stringify(asked);
  socket.send(`{"id":"1","type":"subscribe","payload":${right},"payload":${other}}`);
  socket.send(`{"id":"1","type":"subscribe","payload":${right}}`);
  // The library closes a socket on which one id is used twice.
  const isRefused = () => socket.readyState === WebSocket.CLOSED || heard.some((one) => one.type === 'error');
  await expect.poll(isRefused).toBe(true);
  expect(heard.some((one) => one.type === 'next')).toBe(false);
  socket.terminate();
});

test('a reader of a feed that falls behind is let go, rather than given a gap', async () => {
  const own = createFeed<number>();
  const reader = own.listen('x');
  for (let value = 0; value <= 100; value++) own.publish('x', value);
  await expect(reader.next()).rejects.toThrow('behind');
});

test('a feed ends for a reader that leaves while it waits', async () => {
  const reader = createFeed<number>().listen('x');
  const waiting = reader.next();
  await reader.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
