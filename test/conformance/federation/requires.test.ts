import { describe, expect, it } from 'vitest';
import { agree, agreeWithPlain } from '../agree.ts';
import { federate } from '../harness.ts';

type Fields = Record<string, unknown>;

describe('@requires', () => {
  const USERS = [
    { id: '1', first: 'A', address: { city: 'Y', zip: '9' }, homes: [{ city: 'P' }, null, { city: 'Q' }] },
    { id: '2', first: null, address: null, homes: null },
  ];
  const fed = federate({
    people: {
      sdl: `type Query { users: [User!]! }
        type User @key(fields: "id") { id: ID! first: String address: Address homes: [Address] tags(n: Int = 1): [String!] }
        type Address { city: String zip: String size(unit: String! = "m"): Int }`,
      resolvers: {
        Query: { users: () => USERS },
        User: {
          __resolveReference: ({ id }: { id: string }) => USERS.find((one) => one.id === id) ?? null,
          tags: (_: Fields, { n }: { n: number }) => Array.from({ length: n }, (_x, index) => `t${index}`),
        },
        Address: { size: (_: Fields, { unit }: { unit: string }) => unit.length },
      },
    },
    labels: {
      sdl: `type User @key(fields: "id") { id: ID! first: String @external address: Address @external homes: [Address] @external
          tags(n: Int = 1): [String!] @external
          label: String @requires(fields: "first address { city }") list: String @requires(fields: "homes { city }")
          three: Int @requires(fields: "tags(n: 3)") two: Int @requires(fields: "tags(n: 2)") plain: Int @requires(fields: "tags")
          wide: Int @requires(fields: "address { size(unit: \\"mile\\") }") }
        type Address { city: String @external size(unit: String! = "m"): Int @external }`,
      resolvers: {
        User: {
          label: ({ first, address }: Fields) => JSON.stringify([first, address]),
          list: ({ homes }: Fields) => JSON.stringify(homes),
          three: ({ tags }: { tags: string[] }) => tags.length,
          two: ({ tags }: { tags: string[] }) => tags.length,
          plain: ({ tags }: { tags: string[] }) => tags.length,
          wide: ({ address }: { address: { size: number } | null }) => address?.size,
        },
      },
    },
    shouts: {
      sdl: `type User @key(fields: "id") { id: ID! label: String @external shout: String @requires(fields: "label") }`,
      resolvers: { User: { shout: ({ label }: { label?: string }) => label?.toUpperCase() } },
    },
  });

  it.each([
    ['nested fields', '{ users { label } }'],
    ['lists with nulls', '{ users { list } }'],
    ['arguments', '{ users { three } }'],
    ['arguments of a nested field', '{ users { wide address { size } } }'],
    ['a chain over three subgraphs', '{ users { shout } }'],
    [
      'what the consumer asks as well',
      '{ users { id first label shout address { city zip } homes { zip } list } }',
    ],
    ['the same field under an alias', '{ users { mine: tags(n: 2) three shout label } }'],
  ])('%s', async (_, query) => {
    const { failures } = query.includes('wide') ? await agreeWithPlain(fed, query) : await agree(fed, query);
    expect(failures).toEqual([]);
  });

  // @apollo/gateway computes these from whatever stands at the field's name (docs/conformance.md).
  it.each([
    ['the consumer asks the field with another argument', '{ users { tags(n: 1) three } }'],
    ['the consumer asks the field with the argument’s default', '{ users { tags three } }'],
    ['the consumer’s argument is a variable', 'query ($n: Int = 4) { users { tags(n: $n) three } }'],
    ['two fields require it with different arguments', '{ users { two three plain } }'],
    [
      'all of that, in fragments',
      '{ users { ...F tags(n: 9) } } fragment F on User { a: two ... on User { b: three plain } }',
    ],
    ['another field stands under the required one’s name', '{ users { first: id label } }'],
  ])('is given what it requires when %s', async (_, query) => {
    expect((await agreeWithPlain(fed, query)).failures).toEqual([]);
  });
});

describe('@requires in circles', () => {
  const fed = federate({
    posts: {
      sdl: `type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! byNovice: Boolean @external byExpert: Boolean @requires(fields: "byNovice") }`,
      resolvers: {
        Query: { feed: () => [{ id: '1' }, { id: '2' }] },
        Post: { byExpert: ({ byNovice }: { byNovice: boolean }) => !byNovice },
      },
    },
    authors: {
      sdl: `type Post @key(fields: "id") { id: ID! author: Author years: Int @external byNovice: Boolean @requires(fields: "years") }
        type Author @key(fields: "id") { id: ID! posts: [Post] }`,
      resolvers: {
        Post: {
          author: ({ id }: { id: string }) => ({ id }),
          byNovice: ({ years }: { years: number }) => years < 3,
        },
        Author: { posts: ({ id }: { id: string }) => [{ id }] },
      },
    },
    careers: {
      sdl: `type Post @key(fields: "id") { id: ID! byExpert: Boolean @external years: Int badge: String @requires(fields: "byExpert") }`,
      resolvers: {
        Post: {
          years: ({ id }: { id: string }) => Number(id) * 2,
          badge: ({ byExpert }: { byExpert: boolean }) => (byExpert ? 'gold' : 'tin'),
        },
      },
    },
  });
  it.each(['{ feed { byNovice } }', '{ feed { byExpert } }'])('%s', (query) =>
    agree(fed, query).then(() => undefined),
  );

  // @apollo/gateway asks for `byExpert` before `byNovice` is there (docs/conformance.md).
  it.each([
    '{ feed { badge } }',
    '{ feed { badge byExpert byNovice years author { posts { badge author { id } } } } }',
    'query ($on: Boolean = true) { feed { ... @include(if: $on) { b: badge } ... @skip(if: $on) { badge } } }',
  ])('through a subgraph that was asked before: %s', async (query) => {
    expect((await agreeWithPlain(fed, query)).failures).toEqual([]);
  });
});

describe('@requires through abstract types', () => {
  const fed = federate({
    owners: {
      sdl: `type Query { flats: [Flat!]! } type Flat @key(fields: "id") { id: ID! holder: Holder }
        interface Holder { name: String } type Man implements Holder { name: String age: Int } type Firm implements Holder { name: String code: String }`,
      resolvers: {
        Query: {
          flats: () => [
            { id: '1', holder: { __typename: 'Man', name: 'M', age: 5 } },
            { id: '2', holder: { __typename: 'Firm', name: 'F', code: 'c' } },
            { id: '3', holder: null },
          ],
        },
        Flat: { __resolveReference: () => null },
      },
    },
    taxes: {
      sdl: `type Flat @key(fields: "id") { id: ID! holder: Holder @external
          tax: String @requires(fields: "holder { name ... on Man { age } ... on Firm { code } }") }
        interface Holder { name: String } type Man implements Holder @external { name: String age: Int } type Firm implements Holder @external { name: String code: String }`,
      resolvers: {
        Flat: {
          tax: ({ holder }: { holder: Fields | null }) =>
            JSON.stringify([holder?.name, holder?.age, holder?.code]),
        },
      },
    },
  });
  it.each(['{ flats { tax } }', '{ flats { holder { ... on Firm { name: code } } tax } }'])(
    '%s',
    async (query) => {
      const { data } = await fed.ours(query);
      expect(data).toMatchObject({
        flats: [{ tax: '["M",5,null]' }, { tax: '["F",null,"c"]' }, { tax: '[null,null,null]' }],
      });
      if (!query.includes('name: code')) await agree(fed, query);
    },
  );
});
