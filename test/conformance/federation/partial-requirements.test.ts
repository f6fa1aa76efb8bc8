import { describe, expect, it } from 'vitest';
import type { FetchResult } from '../../../gateway/broker/fetch.ts';
import { agreeWithPlain } from '../agree.ts';
import { federate } from '../harness.ts';

interface Thing {
  readonly price?: number;
  readonly x?: number;
  readonly y?: number;
  readonly maker?: { readonly name?: string };
}

const THING = { id: '1', price: 3, x: 1, y: 2, maker: { name: 'M', city: 'C' } };
const fed = federate({
  a: {
    sdl: `type Query { p: P ps: [P] } type P @key(fields: "id") { id: ID! price: Float! x: Int y: Int maker: Maker }
      type Maker { name: String city: String }`,
    resolvers: { Query: { p: () => THING, ps: () => [THING, { ...THING, id: '2', x: 5 }] } },
  },
  b: {
    sdl: `type P @key(fields: "id") { id: ID! price: Float! @external x: Int @external y: Int @external maker: Maker @external
      note: String dear: Boolean! @requires(fields: "price") f: Int @requires(fields: "x") g: Int @requires(fields: "x y")
      made: String @requires(fields: "maker { name }") where: String @requires(fields: "maker { city }") }
      type Maker { name: String @external city: String @external }`,
    resolvers: {
      P: {
        note: () => 'N',
        dear: ({ price = 0 }: Thing) => price > 2,
        f: ({ x }: Thing) => x,
        g: ({ x = 0, y = 0 }: Thing) => x + y,
        made: ({ maker }: Thing) => maker?.name,
        where: ({ maker }: { maker?: { city?: string } }) => maker?.city,
      },
    },
  },
});

describe('a fetch that sends together what several fields require', () => {
  it.each([
    ['{ p { note dear @include(if: false) } }', {}, { p: { note: 'N' } }],
    ['query ($c: Boolean!) { p { note dear @include(if: $c) } }', { c: false }, { p: { note: 'N' } }],
    ['query ($c: Boolean!) { p { f @include(if: $c) g @skip(if: $c) } }', { c: true }, { p: { f: 1 } }],
    ['query ($c: Boolean!) { p { f @include(if: $c) g @skip(if: $c) } }', { c: false }, { p: { g: 3 } }],
    [
      'query ($c: Boolean!) { p { ... @skip(if: $c) { dear made } where note } }',
      { c: true },
      { p: { where: 'C', note: 'N' } },
    ],
    [
      'query ($c: Boolean = false) { ps { ... on P @include(if: $c) { dear g } f made @include(if: $c) } }',
      {},
      { ps: [{ f: 1 }, { f: 5 }] },
    ],
    [
      'query ($c: Boolean!, $d: Boolean!) { ps { a: f @include(if: $c) g @include(if: $d) b: f @skip(if: $d) } }',
      { c: false, d: false },
      { ps: [{ b: 1 }, { b: 5 }] },
    ],
  ])('is not needed by a field that is skipped: %s %o', async (query, variables, expected) => {
    expect((await agreeWithPlain(fed, query, variables, expected)).failures).toEqual([]);
  });

  /** What `a` answers without one of its keys. */
  const without =
    (pattern: RegExp) =>
    (subgraph: string, body: Buffer): FetchResult => ({
      ok: true,
      body: subgraph === 'a' ? Buffer.from(body.toString().replace(pattern, '')) : body,
    });

  it('loses the fields of which a requirement is missing, each with an error that names who left it out, and no other', async () => {
    const query = '{ ps { note g f made where } }';
    const { data, failures, calls } = await fed.ours(query, {}, { tamper: without(/,"y":2/) });
    const rest = { note: 'N', g: null, made: 'M', where: 'C' };
    expect(data).toEqual({
      ps: [
        { ...rest, f: 1 },
        { ...rest, f: 5, g: 7 },
      ],
    });
    expect(failures).toEqual([
      { code: 'PROVIDER_UNAVAILABLE', details: { provider: 'a', subgraph: 'a' }, path: ['ps', 0, 'g'] },
    ]);
    const [, entities] = calls;
    // The provider is not made to compute from nothing.
    expect(JSON.parse(entities?.body ?? '').query).toMatch(/\bg\b/);
    expect(calls.length).toBe(2);
  });

  it('loses them all, with an error at each, when the key is missing', async () => {
    const { data, failures } = await fed.ours('{ p { note f } }', {}, { tamper: without(/"id":"1",?/) });
    expect(data).toEqual({ p: { note: null, f: null } });
    expect(failures.map(({ path, details }) => [path, details.provider])).toEqual([
      [['p', 'note'], 'a'],
      [['p', 'f'], 'a'],
    ]);
  });

  it('is lost with a nested part that is missing', async () => {
    const { data, failures } = await fed.ours(
      '{ p { made where note } }',
      {},
      { tamper: without(/,?"name":"M"/) },
    );
    expect(data).toEqual({ p: { made: null, where: 'C', note: 'N' } });
    expect(failures.map(({ path }) => path)).toEqual([['p', 'made']]);
  });

  it('nulls what may not be null, as everywhere', async () => {
    const { data, failures } = await fed.ours('{ p { dear note } }', {}, { tamper: without(/,"price":3/) });
    expect(data).toEqual({ p: null });
    expect(failures.map(({ path }) => path)).toEqual([['p', 'dear']]);
  });
});

describe('an unknown entity', () => {
  const books = federate({
    a: {
      sdl: `type Query { books: [Book] } type Book @key(fields: "upc") { upc: ID! }`,
      resolvers: { Query: { books: () => ['1', '2'].map((upc) => ({ upc })) } },
    },
    b: {
      sdl: `type Book @key(fields: "upc") @key(fields: "id") { upc: ID! id: ID! }`,
      resolvers: {
        Book: { __resolveReference: ({ upc }: { upc: string }) => (upc === '1' ? { upc, id: 'i1' } : null) },
      },
    },
    c: {
      sdl: `type Book @key(fields: "id") { id: ID! author: String }`,
      resolvers: { Book: { author: ({ id }: { id: string }) => `of ${id}` } },
    },
  });
  it('is null in the words of who does not know it: also what would have been asked by its key there', async () => {
    const { data, failures, calls } = await books.ours('{ books { upc author } }');
    expect([data, failures]).toEqual([
      {
        books: [
          { upc: '1', author: 'of i1' },
          { upc: '2', author: null },
        ],
      },
      [],
    ]);
    expect(calls.at(-1)?.body).not.toContain('null');
  });
  it('is an error where it is not said to be unknown, but left out', async () => {
    const tamper = (subgraph: string, body: Buffer): FetchResult => ({
      ok: true,
      body: subgraph === 'b' ? Buffer.from(body.toString().replace('null', '{}')) : body,
    });
    const { data, failures } = await books.ours('{ books { upc author } }', {}, { tamper });
    expect(data).toMatchObject({ books: [{}, { author: null }] });
    expect(failures).toEqual([
      {
        code: 'PROVIDER_UNAVAILABLE',
        details: { provider: 'b', subgraph: 'b' },
        path: ['books', 1, 'author'],
      },
    ]);
  });
});
