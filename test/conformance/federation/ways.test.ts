import { describe, expect, it } from 'vitest';
import { agree, agreeWithPlain } from '../agree.ts';
import { federate } from '../harness.ts';

interface Item {
  readonly id: string;
  readonly v?: number;
  readonly inner?: { readonly u: number };
}

describe('@provides gives what a field of the same subgraph requires', () => {
  const ITEM = { id: '1', v: 2, inner: { u: 3 } };
  const fed = federate({
    a: {
      sdl: `type Query { y: X @provides(fields: "v") deep: X @provides(fields: "inner { u } v") box: Box bare: X }
        type Box { x: X @provides(fields: "v") }
        type X @key(fields: "id") { id: ID! v: Int @external inner: In @external w: Int @requires(fields: "v")
          z: Int @requires(fields: "v inner { u }") }
        type In { u: Int @external }`,
      resolvers: {
        Query: { y: () => ITEM, deep: () => ITEM, box: () => ({ x: ITEM }), bare: () => ({ id: '1' }) },
        X: { w: ({ v }: Item) => v, z: ({ v = 0, inner }: Item) => v + (inner?.u ?? 0) },
      },
    },
    b: {
      sdl: `type X @key(fields: "id") { id: ID! v: Int @shareable inner: In @shareable } type In { u: Int @shareable }`,
      resolvers: { X: { v: () => 2, inner: () => ({ u: 3 }) } },
    },
  });

  it.each([
    ['{ y { w } }', { y: { w: 2 } }, ['a']],
    ['{ box { x { w v } } }', { box: { x: { w: 2, v: 2 } } }, ['a']],
    ['{ deep { z w } }', { deep: { z: 5, w: 2 } }, ['a']],
    ['{ bare { w } }', { bare: { w: 2 } }, ['a', 'b', 'a']],
    ['{ y { z } }', { y: { z: 5 } }, null],
  ])('%s', async (query, expected, asked) => {
    const { failures, calls } = await agreeWithPlain(fed, query, {}, expected);
    expect(failures).toEqual([]);
    if (asked) expect(calls.map((one) => one.subgraph)).toEqual(asked);
  });
});

describe('an interface that implements an interface object', () => {
  const kindOf = ({ id }: { id: string }) => ({
    id,
    __typename: id === '1' ? 'Car' : 'Boat',
    wheels: 4,
    sails: 2,
  });
  const byTypename = ({ __typename }: { __typename: string }) => __typename;
  const fed = federate({
    a: {
      sdl: `type Query { mine: V all: [V] } type V @key(fields: "id") @interfaceObject { id: ID! }`,
      resolvers: { Query: { mine: () => ({ id: '1' }), all: () => [{ id: '1' }, { id: '2' }] } },
    },
    b: {
      sdl: `interface V @key(fields: "id") { id: ID! } interface Land implements V @key(fields: "id") { id: ID! wheels: Int }
        type Car implements V & Land @key(fields: "id") { id: ID! wheels: Int } type Boat implements V @key(fields: "id") { id: ID! sails: Int }`,
      resolvers: {
        V: { __resolveReference: kindOf, __resolveType: byTypename },
        Land: { __resolveReference: kindOf, __resolveType: byTypename },
        Car: { __resolveReference: kindOf },
        Boat: { __resolveReference: kindOf },
      },
    },
  });

  it.each([
    ['{ mine { id ... on Land { wheels } } }', { mine: { id: '1', wheels: 4 } }],
    [
      '{ all { ...L ... on Boat { sails } } } fragment L on Land { w: wheels }',
      { all: [{ w: 4 }, { sails: 2 }] },
    ],
    ['{ all { ... on V { ... on Land { __typename id } } } }', { all: [{ __typename: 'Car', id: '1' }, {}] }],
    [
      'query ($on: Boolean = false) { all { id ... on Land @include(if: $on) { wheels } } }',
      { all: [{ id: '1' }, { id: '2' }] },
    ],
  ])('is a condition like any other: %s', async (query, expected) => {
    const { data, failures } = await fed.ours(query);
    expect([data, failures]).toEqual([expected, []]);
  });

  it('is one error for one null when the object cannot be resolved', async () => {
    const body = Buffer.from(
      '{"data":{"_entities":[null]},"errors":[{"message":"x","path":["_entities",0]}]}',
    );
    const { data, failures } = await fed.ours(
      '{ mine { ... on Land { wheels } } }',
      {},
      { tamper: (subgraph, own) => ({ ok: true, body: subgraph === 'b' ? body : own }) },
    );
    expect(data).toEqual({ mine: null });
    expect(failures).toEqual([
      { code: 'PROVIDER_UNAVAILABLE', details: { provider: 'b', subgraph: 'b' }, path: ['mine'] },
    ]);
  });
});

describe('where there is no way', () => {
  const fed = federate({
    a: {
      sdl: `type Query { a: Node product: Product } interface Node @key(fields: "id") { id: ID! }
        type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }`,
      resolvers: { Query: { a: () => ({ id: 'n1' }), product: () => ({ id: 'p1' }) } },
    },
    b: {
      sdl: `type Query { b: Node } type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }
        interface Product @key(fields: "id") { id: ID! name: String } type Bread implements Product @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: { b: () => ({ id: 'n1', field: 'foo' }) },
        Product: {
          __resolveReference: ({ id }: { id: string }) => ({ id, __typename: 'Bread', name: 'B' }),
          __resolveType: () => 'Bread',
        },
        Bread: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'B' }) },
      },
    },
  });

  it('to anything, nothing is answered but why, and nobody is asked', async () => {
    const { data, failures, calls } = await fed.ours('{ a { field } }');
    expect([data, calls]).toEqual([null, []]);
    expect(failures.map(({ code, path }) => [code, path])).toEqual([['PROVIDER_UNAVAILABLE', ['a']]]);
  });

  it('to one thing, that is null with its error', async () => {
    const { data, failures } = await fed.ours('{ a { field } b { id field } }');
    expect(data).toEqual({ a: null, b: { id: 'n1', field: 'foo' } });
    expect(failures.map(({ path }) => path)).toEqual([['a']]);
  });

  it.each([
    ['{ b { id field } }', { b: { id: 'n1', field: 'foo' } }],
    ['{ b { id } }', { b: { id: 'n1' } }],
    ['{ product { id } }', { product: { id: 'p1' } }],
    ['{ product { ... on Bread { id } } }', { product: { id: 'p1' } }],
    ['{ a @include(if: false) { field } }', {}],
    ['query ($no: Boolean = false) { a @include(if: $no) { field } }', {}],
  ])('and to others there is one: %s', async (query, expected) => {
    const { data, failures } = await fed.ours(query);
    expect([data, failures]).toEqual([expected, []]);
  });
});

describe('a compound key of which a part is required as well', () => {
  const BOOK = { ed: { isbn: '1', work: { no: 3 } }, title: 't' };
  const fed = federate({
    a: {
      sdl: `type Query { book: Book } type Book @key(fields: "ed { isbn }") { ed: Ed @shareable title: String }
        type Ed @key(fields: "isbn") { isbn: ID! work: Work } type Work { no: Int }`,
      resolvers: { Query: { book: () => BOOK } },
    },
    b: {
      sdl: `type Book @key(fields: "ed { isbn }") { ed: Ed @shareable n: Int @requires(fields: "ed { work { no } }") }
        type Ed @key(fields: "isbn", resolvable: false) { isbn: ID! work: Work @external } type Work { no: Int @external }`,
      resolvers: { Book: { n: ({ ed }: typeof BOOK) => ed.work.no } },
    },
  });
  it.each(['{ book { n } }', '{ book { title n ed { isbn } } }', '{ book { ed { work { no } } n } }'])(
    '%s',
    async (query) => {
      expect((await agree(fed, query)).failures).toEqual([]);
    },
  );
});
