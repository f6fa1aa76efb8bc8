import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionResult, execute, type GraphQLSchema, parse, subscribe } from 'graphql';
import { useServer as serveProtocol } from 'graphql-ws/use/ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { startOpenGateway } from '../../gateway/open.ts';
import { createFeed, type Feed } from '../../subgraphs/kit/index.ts';
import { type Stream, subscribeAt, TRANSPORTS } from '../e2e/subscribing.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])\n`;

/** Events tell of orders; who has ordered and what things weigh, another subgraph knows. */
const orders = `${LINK}
  type Query { order(id: ID!): Order }
  type Subscription { ordered(topic: String = "all"): Order orderedMany: [Order]! acted: Act! }
  type Order @key(fields: "id") { id: ID! state: State! buyer: Buyer lines: [Line!]! }
  enum State { OPEN SHIPPED }
  type Line { amount: Int! thing: Thing }
  type Thing @key(fields: "code") { code: ID! }
  interface Buyer { id: ID! }
  type Person implements Buyer @key(fields: "id") { id: ID! }
  type Firm implements Buyer @key(fields: "id") { id: ID! seat: String }
  union Act = Order | Person`;
const names = `${LINK}
  type Query { nobody: Person }
  type Person @key(fields: "id") { id: ID! name: String! }
  type Firm @key(fields: "id") { id: ID! name: String! seat: String @external address: String @requires(fields: "seat") }
  type Thing @key(fields: "code") { code: ID! weight: Float parts: [Thing!]! }`;
/** The same as one schema, for graphql-js to execute. */
const whole = `type Query { nobody: Person }
  type Subscription { ordered(topic: String = "all"): Order orderedMany: [Order]! acted: Act! }
  type Order { id: ID! state: State! buyer: Buyer lines: [Line!]! }
  enum State { OPEN SHIPPED }
  type Line { amount: Int! thing: Thing }
  type Thing { code: ID! weight: Float parts: [Thing!]! }
  interface Buyer { id: ID! }
  type Person implements Buyer { id: ID! name: String! }
  type Firm implements Buyer { id: ID! name: String! seat: String address: String }
  union Act = Order | Person`;

interface Item {
  readonly id?: string;
  readonly code?: string;
  readonly seat?: string;
}
const nameOf = ({ id }: Item) => {
  if (id === 'nameless') throw new Error('no name');
  return `name of ${id}`;
};
const buyerType = ({ seat }: Item) => (seat === undefined ? 'Person' : 'Firm');
const actType = (item: object) => ('state' in item ? 'Order' : 'Person');
const computed = {
  Person: { name: nameOf },
  Firm: { name: nameOf, address: ({ seat }: Item) => (seat ? `1 ${seat} Street` : null) },
  Thing: {
    weight: ({ code }: Item) => code?.length ?? null,
    parts: ({ code = '' }: Item) => (code.length > 1 ? [...code].map((one) => ({ code: one })) : []),
  },
};
const events = (feed: Feed<unknown>) => ({
  Subscription: Object.fromEntries(
    ['ordered', 'orderedMany', 'acted'].map((field) => [
      field,
      { subscribe: () => feed.listen(field), resolve: (event: unknown) => event },
    ]),
  ),
  Buyer: { __resolveType: buyerType },
  Act: { __resolveType: actType },
});

/** A subgraph as others write them, with the libraries of the field and no assertion asked for. */
async function serve(sdl: string, resolvers: object) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  const subscribed: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const result = await execute({ schema, document: parse(query), variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  const sockets = new WebSocketServer({ server });
  serveProtocol({ schema, onOperation: (_, __, { query }) => void subscribed.push(query) }, sockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = () => {
    for (const one of sockets.clients) one.terminate();
    server.close();
    server.closeAllConnections();
  };
  return { url, subscribed, close };
}

const pushed = createFeed<unknown>();
const compared = createFeed<unknown>();
let url = '';
let subscribed: readonly string[] = [];
let reference: GraphQLSchema;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  const first = await serve(orders, events(pushed));
  const second = await serve(names, computed);
  stops.push(first.close, second.close);
  subscribed = first.subscribed;
  const { supergraphSdl, errors } = composeServices([
    { name: 'orders', url: first.url, typeDefs: parse(orders) },
    { name: 'names', url: second.url, typeDefs: parse(names) },
  ]);
  if (!supergraphSdl) throw new Error(JSON.stringify(errors));
  const gateway = await startOpenGateway({
    supergraphSdl,
    port: 0,
    onDefect: (_, error) => console.error(error),
  });
  stops.push(gateway.close);
  url = gateway.url;
  reference = buildSubgraphSchema([
    { typeDefs: parse(whole), resolvers: { ...events(compared), ...computed } as never },
  ]);
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const person = { id: 'p' };
const firm = { id: 'f', seat: 'Long' };
const order = (more: object = {}) => ({ id: '1', state: 'OPEN', buyer: person, lines: [], ...more });
const lines = [
  { amount: 1, thing: { code: 'ab' } },
  { amount: 2, thing: null },
  { amount: 3, thing: { code: 'ab' } },
];

const CASES: readonly [
  name: string,
  query: string,
  topic: string,
  events: readonly unknown[],
  variables?: object,
][] = [
  [
    'fields of the event alone',
    'subscription { ordered { id state } }',
    'ordered',
    [order(), order({ state: 'SHIPPED' })],
  ],
  ['null events', 'subscription { ordered { id } }', 'ordered', [null, order()]],
  [
    'entities of another subgraph',
    'subscription { ordered { buyer { id ... on Person { name } } } }',
    'ordered',
    [order(), order({ buyer: null })],
  ],
  [
    'abstract types, fragments and @requires',
    'subscription { ordered { ...O } } fragment O on Order { buyer { __typename ... on Firm { n: name address } ... on Person { name } } }',
    'ordered',
    [order({ buyer: firm }), order(), order({ buyer: { id: 'g', seat: '' } })],
  ],
  [
    'lists, nested entities and aliases',
    'subscription { o: ordered { lines { amount t: thing { weight parts { code weight } } } } }',
    'ordered',
    [order({ lines }), order()],
  ],
  [
    'conditions below the root, by variables',
    'subscription ($deep: Boolean!) { ordered { id buyer @include(if: $deep) { id ... on Person { name } } lines @skip(if: $deep) { amount } } }',
    'ordered',
    [order({ lines })],
    { deep: true },
  ],
  [
    'a list at the root',
    'subscription { orderedMany { id buyer { ... on Person { name } } } }',
    'orderedMany',
    [[order(), null, order({ id: '2', buyer: firm })], []],
  ],
  [
    'a union at the root',
    'subscription { acted { ... on Order { id } ... on Person { name } } }',
    'acted',
    [order(), person],
  ],
  [
    'errors of an entity',
    'subscription { ordered { id buyer { id ... on Person { name } } } }',
    'ordered',
    [order({ buyer: { id: 'nameless' } }), order()],
  ],
  [
    'errors of the event',
    'subscription { ordered { id state } }',
    'ordered',
    [order({ state: null }), order()],
  ],
];

/** Data and where errors are; what they say is ours to say. */
const comparable = ({ data, errors = [] }: Pick<ExecutionResult, 'data' | 'errors'>) => ({
  data: JSON.parse(JSON.stringify(data ?? null)),
  paths: errors.map(({ path }) => path),
});

async function referenceOf(query: string, topic: string, list: readonly unknown[], variableValues: object) {
  const stream = await subscribe({
    schema: reference,
    document: parse(query),
    variableValues: { ...variableValues },
  });
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
  const results: ReturnType<typeof comparable>[] = [];
  for (const event of list) {
    compared.publish(topic, event);
    const { value } = await stream.next();
    if (!value) throw new Error('the stream has ended');
    results.push(comparable(value));
  }
  await stream.return(undefined);
  return results;
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each(CASES)('%s: as graphql-js', async (_, query, topic, list, variables = {}) => {
    const before = subscribed.length;
    const stream: Stream = subscribeAt(url, transport, null, { query, variables: { ...variables } });
    await expect.poll(() => subscribed.length, { timeout: 10_000 }).toBe(before + 1);
    const ours: ReturnType<typeof comparable>[] = [];
    for (const event of list) {
      pushed.publish(topic, event);
      const answer = await stream.next();
      if (!answer) throw new Error('the stream has ended');
      ours.push(comparable(answer as never));
    }
    await stream.leave();
    expect(ours).toEqual(await referenceOf(query, topic, list, variables));
  });
});
