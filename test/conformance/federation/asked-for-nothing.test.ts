import { expect, it } from 'vitest';
import { federate } from '../harness.ts';

/** Who is asked for nothing is not told of whom. */
const fed = federate({
  a: {
    sdl: `type Query { one: One many: [One!] party: Party } type One @key(fields: "id") { id: ID! a1: String }
      interface Party @key(fields: "id") { id: ID! } type Firm implements Party @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        one: () => ({ id: '1' }),
        many: () => [{ id: '1' }, { id: '2' }],
        party: () => ({ __typename: 'Firm', id: '1' }),
      },
      One: { a1: () => 'a1' },
    },
  },
  b: {
    sdl: `type Query { other(id: ID!): Int more: Int } type One @key(fields: "id") { id: ID! b1: String sub: Sub } type Sub { x: Int }
      type Party @interfaceObject @key(fields: "id") { id: ID! b2: Int }`,
    resolvers: {
      Query: { other: () => 7, more: () => 8 },
      One: { __resolveReference: (key: object) => key, b1: () => 'b1', sub: () => ({ x: 1 }) },
      Party: { b2: () => 2 },
    },
  },
});

const one = { one: {} };
it.each<[string, unknown, unknown]>([
  ['{ one { b1 @include(if: $on) } }', one, { one: { b1: 'b1' } }],
  ['{ one { ... on One @include(if: $on) { b1 sub { x } } } }', one, { one: { b1: 'b1', sub: { x: 1 } } }],
  ['{ one { ...F @include(if: $on) } } fragment F on One { b1 }', one, { one: { b1: 'b1' } }],
  [
    '{ one { __typename b1 @include(if: $on) } }',
    { one: { __typename: 'One' } },
    { one: { __typename: 'One', b1: 'b1' } },
  ],
  [
    '{ one { a1 b1 @include(if: $on) sub @include(if: $on) { x } } }',
    { one: { a1: 'a1' } },
    { one: { a1: 'a1', b1: 'b1', sub: { x: 1 } } },
  ],
  ['{ many { b1 @include(if: $on) } }', { many: [{}, {}] }, { many: [{ b1: 'b1' }, { b1: 'b1' }] }],
  ['{ party { b2 @include(if: $on) } }', { party: {} }, { party: { b2: 2 } }],
  [
    '{ one { a1 } other(id: "SECRET") @include(if: $on) more @include(if: $on) }',
    { one: { a1: 'a1' } },
    { one: { a1: 'a1' }, other: 7, more: 8 },
  ],
])('%s sends nothing where nothing is asked', async (selection, without, withAll) => {
  const operation = fed.prepare(`query ($on: Boolean!) ${selection}`);
  for (const skipping of [
    operation,
    fed.prepare(`query ($on: Boolean!) ${selection.replaceAll('@include(if: $on)', '@skip(if: $on)')}`),
  ]) {
    const isSkip = skipping !== operation;
    const asked = await skipping({ on: !isSkip });
    expect([asked.data, asked.failures]).toEqual([withAll, []]);
    const nothing = await skipping({ on: isSkip });
    expect([nothing.data, nothing.failures]).toEqual([without, []]);
    expect(nothing.calls.filter(({ subgraph }) => subgraph === 'b')).toEqual([]);
  }
});
