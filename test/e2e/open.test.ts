import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;
const books = `${LINK} type Query { books: [Book!]! } type Mutation { rename(id: ID!, title: String!): Book }
  type Book @key(fields: "id") { id: ID! title: String }`;
const reviews = `${LINK} type Book @key(fields: "id") { id: ID! stars(least: Int = 1): [Int!]! }`;

const titles = new Map([
  ['1', 'One'],
  ['2', 'Two'],
]);
const book = (id: string) => ({ id, title: titles.get(id) });
const resolvers = {
  books: {
    Query: { books: () => [...titles.keys()].map(book) },
    Mutation: {
      rename: (_: unknown, { id, title }: { id: string; title: string }) => {
        titles.set(id, title);
        return book(id);
      },
    },
  },
  reviews: {
    Book: { stars: (_: unknown, { least }: { least: number }) => [1, 5].filter((one) => one >= least) },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'liancha-open-'));
const supergraph = join(folder, 'supergraph.graphql');
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
let url = '';

const program = ['scripts/run.mjs', 'gateway/cli/open.js', '--supergraph', supergraph, '--port', '0'];

async function start(sdl: string, resolver: Record<string, unknown>): Promise<string> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolver as never }]);
  const server = new ApolloServer({ schema });
  const started = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  stops.push(() => server.stop());
  return started.url;
}

async function ask(query: string, variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: unknown; errors?: unknown };
}

beforeAll(async () => {
  const services = [
    { name: 'books', typeDefs: parse(books), url: await start(books, resolvers.books) },
    { name: 'reviews', typeDefs: parse(reviews), url: await start(reviews, resolvers.reviews) },
  ];
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(JSON.stringify(errors));
  writeFileSync(supergraph, supergraphSdl);
  const child = spawn(process.execPath, program, {
    cwd: projectRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stops.push(() => child.kill());
  url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /http:\S+/.exec(text);
      if (found) resolve(found[0]);
    });
  });
}, 120_000);

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

describe('the open gateway', () => {
  it('serves any supergraph without token and purpose', async () => {
    const { data } = await ask('query Q($least: Int) { books { title stars(least: $least) } }', { least: 2 });
    expect(data).toEqual({
      books: [
        { title: 'One', stars: [5] },
        { title: 'Two', stars: [5] },
      ],
    });
  });

  it('serves mutations and introspection', async () => {
    const { data } = await ask('mutation { rename(id: "2", title: "Zwei") { title stars } }');
    expect(data).toEqual({ rename: { title: 'Zwei', stars: [1, 5] } });
    const schema = await ask('{ __type(name: "Book") { fields { name } } }');
    expect(schema.data).toEqual({
      __type: { fields: [{ name: 'id' }, { name: 'title' }, { name: 'stars' }] },
    });
  });

  it('listens on loopback only', () => {
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  it('does not run in production', () => {
    const { status, stderr } = spawnSync(process.execPath, program, {
      cwd: projectRoot(),
      env: { ...process.env, NODE_ENV: 'production' },
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('NODE_ENV=production');
  });

  it('says what is wrong with a file that is no supergraph', () => {
    writeFileSync(join(folder, 'wrong.graphql'), 'type Query { a: Int }');
    const args = program.map((one) => (one === supergraph ? join(folder, 'wrong.graphql') : one));
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot(), encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('wrong.graphql');
  });
});
