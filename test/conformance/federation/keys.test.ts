import { describe, expect, it } from 'vitest';
import { agree } from '../agree.ts';
import { federate } from '../harness.ts';

interface Product {
  readonly id: string;
  readonly sku?: string;
  readonly pack?: { readonly size: number } | null;
}

describe('@key', () => {
  const PRODUCTS = [
    { id: '1', sku: 's1', pack: { size: 1, makers: [{ code: 'x' }, { code: 'y' }] }, name: 'one' },
    { id: '2', sku: 's22', pack: { size: 2, makers: [] }, name: 'two' },
  ];
  const fed = federate({
    stock: {
      sdl: `type Query { products: [Product] }
        type Product @key(fields: "id") @key(fields: "sku pack { size makers { code } }") { id: ID! sku: String pack: Pack @shareable name: String }
        type Pack @shareable { size: Int makers: [Maker!] } type Maker @shareable { code: ID! }`,
      resolvers: {
        Query: { products: () => PRODUCTS },
        Product: { __resolveReference: ({ id }: Product) => PRODUCTS.find((one) => one.id === id) ?? null },
      },
    },
    prices: {
      sdl: `type Product @key(fields: "sku pack { size makers { code } }") { sku: String pack: Pack @shareable price: Int }
        type Pack @shareable { size: Int makers: [Maker!] } type Maker @shareable { code: ID! }`,
      resolvers: {
        Product: { price: ({ sku, pack }: Product) => String(sku).length * 10 + (pack?.size ?? 0) },
      },
    },
    featured: {
      sdl: `type Query { featured: Product } type Product @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { featured: () => ({ id: '1' }) } },
    },
    shops: {
      sdl: `type Product @key(fields: "id") { id: ID! stock(in: String): Int next: Product }`,
      resolvers: {
        Product: {
          stock: ({ id }: Product, args: { in?: string }) => (args.in === 'x' ? 1 : Number(id) + 6),
          next: ({ id }: Product) => (id === '1' ? { id: '2' } : null),
        },
      },
    },
  });

  it.each([
    ['multiple keys', '{ products { id name price stock } }'],
    ['a compound key', '{ products { price } }'],
    ['a nested key, of which the consumer asks a part', '{ products { pack { makers { code } } price } }'],
    ['a key that cannot be resolved here', '{ featured { id } }'],
    ['from a key that cannot be resolved here to others', '{ featured { name price stock } }'],
    ['from one key over a second subgraph to another key', '{ featured { next { price next { id } } } }'],
    ['a key under another name', '{ products { sku: id id: name price stock } }'],
  ])('%s', async (_, query) => {
    await agree(fed, query).catch((error) => {
      // @apollo/gateway takes a consumer's alias for the key (docs/conformance.md).
      if (!query.includes('id: name')) throw error;
    });
    const { data, failures } = await fed.ours(query);
    expect([data, failures]).toEqual([JSON.parse(JSON.stringify((await fed.plain(query)).data)), []]);
  });

  it('passes variables to a second fetch', () =>
    agree(
      fed,
      'query ($in: String, $with: Boolean!) { products { stock(in: $in) @include(if: $with) name @skip(if: $with) } }',
      { in: 'x', with: true },
      { products: [{ stock: 1 }, { stock: 1 }] },
    ).then(() => undefined));

  it('chooses a key whose parts are there: of many, some unresolvable, for a field that requires another’s', async () => {
    const A = { id: '1', pid: 'p', parts: { one: 'a', two: 'b', three: 'c' }, name: 'N' };
    const many = federate({
      first: {
        sdl: `type A @key(fields: "id") @key(fields: "pid", resolvable: false) @key(fields: "parts { one two }", resolvable: false)
            @key(fields: "id parts { two three }", resolvable: false) { id: ID! pid: ID! parts: Parts! name: String! }
          type Parts { one: ID! two: ID! three: ID! }`,
        resolvers: { A: { __resolveReference: () => A } },
      },
      second: {
        sdl: `type Query { list: [A!]! }
          type A @key(fields: "parts { one two }", resolvable: false) @key(fields: "id parts { two three }")
            @key(fields: "pid", resolvable: false) @key(fields: "id", resolvable: false)
            { id: ID! pid: ID! parts: Parts! name: String! @external shout: String! @requires(fields: "name") }
          type Parts { one: ID! two: ID! three: ID! }`,
        resolvers: {
          Query: { list: () => [{ ...A, name: undefined }] },
          A: { shout: ({ name, parts }: typeof A) => `${name.toLowerCase()}${parts.two}${parts.three}` },
        },
      },
    });
    const { data } = await many.ours('{ list { id name shout } }');
    expect(data).toEqual({ list: [{ id: '1', name: 'N', shout: 'nbc' }] });
    expect(await many.plain('{ list { id name shout } }')).toEqual({ data });
  });
});

describe('keys that lead nowhere', () => {
  const fed = federate({
    books: {
      sdl: `type Query { shelf: [Slot!]! } type Slot { book: Book } type Book @key(fields: "upc") { upc: ID }`,
      resolvers: {
        Query: { shelf: () => ['1', '2', null, '4'].map((upc) => ({ book: upc === '4' ? null : { upc } })) },
      },
    },
    numbers: {
      sdl: `type Book @key(fields: "id") @key(fields: "upc") { id: ID upc: ID }`,
      resolvers: {
        Book: {
          __resolveReference: ({ id, upc }: { id?: string | null; upc?: string | null }) =>
            id === 'n1' || upc === '1' ? { id: 'n1', upc: '1' } : upc === '2' ? { id: null, upc } : null,
        },
      },
    },
    authors: {
      sdl: `type Book @key(fields: "id") { id: ID author: Author pages: Int! } type Author { name: String }`,
      resolvers: {
        Book: {
          __resolveReference: ({ id }: { id: string | null }) => (id === null ? null : { id }),
          author: ({ id }: { id: string }) => ({ name: `of ${id}` }),
          pages: () => 3,
        },
      },
    },
  });
  it('an entity that is not found, and a key that is null, are null where they were to bring something', () =>
    agree(
      fed,
      '{ shelf { book { upc author { name } } } }',
      {},
      {
        shelf: [
          { book: { upc: '1', author: { name: 'of n1' } } },
          { book: { upc: '2', author: null } },
          { book: { upc: null, author: null } },
          { book: null },
        ],
      },
    ).then(() => undefined));

  it('a field that may not be null takes the object with it, and says so at its path', async () => {
    const { data, failures } = await fed.ours('{ shelf { book { upc pages } } }');
    expect(data).toEqual({
      shelf: [{ book: { upc: '1', pages: 3 } }, { book: null }, { book: null }, { book: null }],
    });
    expect(failures.map((one) => one.path)).toEqual([
      ['shelf', 1, 'book', 'pages'],
      ['shelf', 2, 'book', 'pages'],
    ]);
  });
});
