import { describe, expect, it } from 'vitest';
import { agree } from '../agree.ts';
import { federate } from '../harness.ts';

const same = async (...asked: Parameters<typeof agree>): Promise<void> => {
  await agree(...asked);
};
type Record_ = Record<string, unknown>;

describe('@key', () => {
  const fed = federate({
    a: {
      sdl: `type Query { products: [Product] }
        type Product @key(fields: "id") @key(fields: "sku pack { size }") { id: ID! sku: String pack: Pack @shareable name: String }
        type Pack { size: Int @shareable }`,
      resolvers: {
        Query: {
          products: () => [
            { id: '1', sku: 's1', pack: { size: 1 }, name: 'one' },
            { id: '2', sku: 's2', pack: null, name: 'two' },
          ],
        },
      },
    },
    b: {
      sdl: `type Product @key(fields: "sku pack { size }") { sku: String pack: Pack @shareable price: Int }
        type Pack { size: Int @shareable }`,
      resolvers: {
        Product: {
          __resolveReference: (one: Record_) => ({ ...one, price: String(one.sku).length * 10 }),
        },
      },
    },
    c: {
      sdl: `type Query { featured: Product } type Product @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { featured: () => ({ id: '1' }) } },
    },
    d: {
      sdl: `type Product @key(fields: "id") { id: ID! stock(in: String): Int }`,
      resolvers: {
        Product: {
          __resolveReference: ({ id }: { id: string }) => (id === '2' ? null : { id }),
          stock: (_: Record_, args: { in?: string }) => (args.in === 'x' ? 1 : 7),
        },
      },
    },
  });
  it.each([
    '{ products { name price } }',
    '{ products { id sku pack { size } name price stock } }',
    '{ featured { id } }',
    '{ featured { name price stock } }',
    '{ a: products { s: stock(in: "x") t: stock } b: products { stock(in: "y") } }',
    '{ products { ...P } featured { ...P } } fragment P on Product { stock price __typename }',
  ])('multiple, compound, nested and unresolvable: %s', (query) => same(fed, query));

  it('passes variables to a second fetch, and skips by them', () =>
    same(
      fed,
      'query ($in: String, $with: Boolean!) { products { stock(in: $in) @include(if: $with) name @skip(if: $with) } }',
      { in: 'x', with: true },
    ));
});

describe('@requires', () => {
  const fed = federate({
    a: {
      sdl: `type Query { users: [User!]! }
        type User @key(fields: "id") { id: ID! first: String address: Address tags(n: Int): [String!] }
        type Address { city: String zip: String }`,
      resolvers: {
        Query: {
          users: () => [
            { id: '1', first: 'A', address: { city: 'Y', zip: '9' } },
            { id: '2', first: null, address: null },
          ],
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => ({
            id,
            first: 'A',
            address: { city: 'Y', zip: '9' },
          }),
          tags: (_: Record_, { n }: { n?: number }) => Array.from({ length: n ?? 1 }, (_x, i) => `t${i}`),
        },
      },
    },
    b: {
      sdl: `type User @key(fields: "id") { id: ID! first: String @external address: Address @external tags(n: Int): [String!] @external
          label: String @requires(fields: "first address { city }") count: Int @requires(fields: "tags(n: 3)") }
        type Address { city: String @external }`,
      resolvers: {
        User: {
          label: (user: { first?: string; address?: { city?: string } }) =>
            `${user.first}/${user.address?.city}`,
          count: (user: { tags?: string[] }) => user.tags?.length,
        },
      },
    },
    c: {
      sdl: `type User @key(fields: "id") { id: ID! label: String @external shout: String @requires(fields: "label") }`,
      resolvers: { User: { shout: ({ label }: { label?: string }) => label?.toUpperCase() } },
    },
  });
  it.each([
    '{ users { label } }',
    '{ users { count } }',
    '{ users { shout } }',
    '{ users { id first label count shout address { city zip } } }',
    '{ users { mine: tags(n: 2) count shout label } }',
  ])('nested, with arguments, in chains: %s', (query) => same(fed, query));
});

describe('@provides, @shareable, @override', () => {
  const fed = federate({
    a: {
      sdl: `type Query { posts: [Post] } type Post @key(fields: "id") { id: ID! author: Author @provides(fields: "name") title: String @shareable old: Int }
        type Author @key(fields: "id") { id: ID! name: String @external }`,
      resolvers: {
        Query: { posts: () => [{ id: 'p', author: { id: 'a', name: 'N' }, title: 'T', old: 1 }, null] },
        Post: { __resolveReference: ({ id }: { id: string }) => ({ id, old: 1, title: 'T' }) },
      },
    },
    b: {
      sdl: `type Query { author: Author } type Author @key(fields: "id") { id: ID! name: String @shareable age: Int posts: [Post] }
        type Post @key(fields: "id") { id: ID! title: String @shareable old: Int @override(from: "a") }`,
      resolvers: {
        Query: { author: () => ({ id: 'a' }) },
        Author: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          name: () => 'N',
          age: () => 9,
          posts: () => [{ id: 'p' }],
        },
        Post: { __resolveReference: ({ id }: { id: string }) => ({ id }), old: () => 2, title: () => 'T' },
      },
    },
  });
  it.each([
    '{ posts { author { name } } }',
    '{ posts { author { name age } old title } }',
    '{ author { name posts { title old author { id age } } } }',
  ])('%s', (query) => same(fed, query));
});

describe('abstract types over subgraphs', () => {
  const fed = federate({
    a: {
      sdl: `type Query { media: [Media] search: [Result!]! node: Node mixed: [[Result]] }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media & Node @key(fields: "id") { id: ID! title: String pages: Int tag: String }
        type Film implements Media & Node @key(fields: "id") { id: ID! title: String minutes: Int tag: Int }
        interface Node { id: ID! }
        union Result = Book | Film | Plain type Plain { text: String }`,
      resolvers: {
        Query: {
          media: () => [BOOK, FILM, null],
          search: () => [BOOK, FILM, { __typename: 'Plain', text: 'x' }],
          node: () => FILM,
          mixed: () => [[BOOK, null], null, [FILM]],
        },
        Book: { __resolveReference: () => BOOK },
        Film: { __resolveReference: () => FILM },
        Media: {
          __resolveReference: ({ id }: { id: string }) => (id === '1' ? BOOK : FILM),
          __resolveType: byTypename,
        },
        Node: { __resolveType: byTypename },
        Result: { __resolveType: byTypename },
      },
    },
    b: {
      sdl: `type Query { rated: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
      resolvers: {
        Query: { rated: () => [{ id: '1' }, { id: '2' }] },
        Media: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          stars: ({ id }: { id: string }) => Number(id),
        },
      },
    },
    c: {
      sdl: `type Book @key(fields: "id") { id: ID! isbn: String } type Film @key(fields: "id") { id: ID! director: String }`,
      resolvers: { Book: { isbn: () => 'i' }, Film: { director: () => 'd' } },
    },
  });
  it.each([
    '{ media { id title stars __typename } }',
    '{ media { ... on Book { pages isbn } ... on Film { minutes director } } }',
    '{ search { __typename ... on Book { title isbn } ... on Film { director } ... on Plain { text } } }',
    '{ search { ... on Media { title stars } } }',
    '{ node { id ... on Film { director stars } ... on Media { title } } }',
    '{ mixed { ... on Book { isbn } ... on Film { director } } }',
    '{ rated { stars title __typename } }',
    '{ rated { ... on Book { pages isbn } stars } }',
    '{ search { ... on Book { tag } ... on Film { num: tag } } }',
    '{ media { ...M ...F } } fragment M on Media { id stars } fragment F on Film { minutes ... on Media { title } }',
    'query ($no: Boolean = false) { media { ... on Book @include(if: $no) { isbn } ... @skip(if: $no) { title } } }',
  ])('%s', (query) => same(fed, query));

  it('that are not known to the consumers’ schema, or named wrongly, are no values', async () => {
    const { data, failures } = await fed.ours(
      '{ node { id } }',
      {},
      {
        tamper: () => ({ ok: true, body: Buffer.from('{"data":{"node":{"__typename":"Spy","id":"1"}}}') }),
      },
    );
    expect(data).toEqual({ node: null });
    expect(failures.length).toBe(1);
  });
});

function byTypename(value: { __typename?: string }): string | undefined {
  return value.__typename;
}
const BOOK = { __typename: 'Book', id: '1', title: 'B', pages: 3, tag: 't' };
const FILM = { __typename: 'Film', id: '2', title: 'F', minutes: 90, tag: 4 };

describe('values that are merged, hidden or null', () => {
  const fed = federate({
    a: {
      sdl: `type Query { pick(in: In, colour: Colour): String item: Item items: [Item!] bad: Item! deep: Deep }
        enum Colour { RED GREEN } input In { a: Int both: String }
        type Item @key(fields: "id") { id: ID name: String! secret: Int @inaccessible colour: Colour @shareable } type Deep { item: Item! }`,
      resolvers: {
        Query: {
          pick: (_: unknown, args: unknown) => JSON.stringify(args),
          item: () => ({ id: null, name: 'n', colour: 'RED' }),
          items: () => [
            { id: '1', name: 'n' },
            { id: '2', name: null },
          ],
          bad: () => null,
          deep: () => ({ item: { id: '3', name: null } }),
        },
      },
    },
    b: {
      sdl: `type Query { other(in: In): Int } input In { both: String b: Int }
        type Item @key(fields: "id") { id: ID more: Int! maybe: Int } `,
      resolvers: {
        Query: { other: () => 1 },
        Item: {
          __resolveReference: ({ id }: { id: string }) => (id === '2' ? null : { id }),
          more: () => 5,
          maybe: () => {
            throw new Error('no');
          },
        },
      },
    },
  });
  it.each([
    ['{ pick(in: { both: "x" }, colour: RED) }', {}],
    [
      'query ($in: In, $c: Colour) { pick(in: $in, colour: $c) other(in: $in) }',
      { in: { both: 'y' }, c: 'GREEN' },
    ],
    ['{ item { id name } }', {}],
    ['{ item { name more } }', {}],
    ['{ items { id } }', {}],
    ['{ items { id name } }', {}],
    ['{ item { colour } items { id maybe } }', {}],
    ['{ deep { item { id } } }', {}],
    ['{ deep { item { id name } } }', {}],
    ['{ bad { id } item { id } }', {}],
  ])('%s', (query, variables) => same(fed, query, variables));

  it('hides what is @inaccessible', () => {
    expect(
      Object.keys((fed.schema.getType('Item') as unknown as { getFields(): object }).getFields()),
    ).not.toContain('secret');
  });
});

describe('mutations', () => {
  const log: string[] = [];
  const write =
    (name: string) =>
    async (_: unknown, { n }: { n: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 5 - n));
      log.push(`${name}${n}`);
      return { id: String(n) };
    };
  const fed = federate({
    a: {
      sdl: `type Query { q: Int } type Mutation { a(n: Int!): Thing } type Thing @key(fields: "id") { id: ID! }`,
      resolvers: { Mutation: { a: write('a') } },
    },
    b: {
      sdl: `type Mutation { b(n: Int!): Thing } type Thing @key(fields: "id") { id: ID! seen: String }`,
      resolvers: { Mutation: { b: write('b') }, Thing: { seen: () => log.join() } },
    },
  });
  it('run one after the other, over subgraphs', async () => {
    const query =
      'mutation { one: a(n: 1) { id } two: b(n: 2) { seen } three: a(n: 3) { id seen } four: b(n: 4) { id } }';
    const ours = await fed.ours(query);
    expect(log).toEqual(['a1', 'b2', 'a3', 'b4']);
    log.length = 0;
    expect(ours.data).toEqual((await fed.theirs(query)).data);
  });
});
