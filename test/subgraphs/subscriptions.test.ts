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

const assertion = (subgraph = 'counters') =>
  signer.sign({
    subgraph,
    department: 'D',
    operator: 'O',
    use: 'U',
    matter: 'M',
    grants: [],
    disclosure: 'X',
  });
const asked = { query: 'subscription { counted(id: "1") { value } }' };

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
  ['graphql-transport-ws', overSocket],
  ['graphql-sse', overEvents],
])('a provider that is subscribed to over %s', (_, connect) => {
  test('pushes each event as it is by then, not as a loader remembers it', async () => {
    const events = connect(assertion()).iterate<{ counted: { value: number } }>(asked);
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

  test('hears nobody without the gateway’s assertion, or with one for another provider', async () => {
    for (const token of ['nonsense', assertion('others')])
      await expect(connect(token).iterate(asked).next()).rejects.toBeDefined();
  });

  test('refuses what is not valid', async () => {
    const stream = connect(assertion()).iterate({ query: 'subscription { nowhere }' });
    await expect(stream.next()).rejects.toBeDefined();
  });
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
