import { describe, expect, it } from 'vitest';
import { agree, agreeWithPlain } from '../agree.ts';
import { federate } from '../harness.ts';

/** Response keys over which subgraphs' fields could meet: the consumer's, the planner's and those of other types. */
const fed = federate({
  a: {
    sdl: `type Query { pets: [Pet!]! one: Cat } union Pet = Cat | Dog
      type Cat @key(fields: "id") { id: ID! name: String tag: Int lives(of: Int! = 9): Int friend: Dog } type Dog @key(fields: "id") { id: ID! name: String tag: String! lives: [Int!] friend: Cat }`,
    resolvers: {
      Query: { pets: () => [CAT, DOG], one: () => CAT },
      Pet: { __resolveType: ({ kind }: { kind: string }) => kind },
      Cat: { lives: (_: unknown, { of }: { of: number }) => of, friend: () => DOG },
      Dog: { friend: () => CAT },
    },
  },
  b: {
    sdl: `type Cat @key(fields: "id") { id: ID! sound: String owner: Owner name: String @external shout: String @requires(fields: "name") } type Dog @key(fields: "id") { id: ID! sound: Int owner: [Owner] } type Owner { id: ID! tag: String }`,
    resolvers: {
      Cat: {
        sound: () => 'miau',
        owner: () => ({ id: 'o', tag: 'T' }),
        shout: ({ name }: { name: string }) => `${name}!`,
      },
      Dog: { sound: () => 3, owner: () => [{ id: 'p', tag: null }] },
    },
  },
});
const CAT = { kind: 'Cat', id: 'c', name: 'Tom', tag: 5 };
const DOG = { kind: 'Dog', id: 'd', name: 'Rex', tag: 'x', lives: [1, 2] };

describe('aliases', () => {
  it.each([
    ['one field under many', '{ one { a: lives(of: 1) b: lives(of: 2) lives c: sound d: sound } }'],
    ['fields that change places', '{ one { sound: name name: sound friend { lives } } }'],
    [
      'of different types under one key',
      '{ pets { ... on Cat { k: name o: sound } ... on Dog { k: name } } }',
    ],
    [
      'of different subgraphs under one key of different types',
      '{ pets { ... on Cat { k: sound } ... on Dog { k: name } } }',
    ],
    ['at the root', '{ one: pets { ... on Dog { name } } pets: one { name } }'],
    ['of __typename', '{ t: __typename pets { kind: __typename ... on Cat { name: __typename sound } } }'],
  ])('%s', async (_, query) => {
    const { failures } =
      /name: sound/.test(query) || /name: __typename/.test(query)
        ? await agreeWithPlain(fed, query)
        : await agree(fed, query);
    expect(failures).toEqual([]);
  });

  // @apollo/gateway sends or shows one for the other (docs/conformance.md).
  it.each([
    '{ one { id: name sound } }',
    '{ one { sound id: name } }',
    '{ one { name: id shout } }',
    '{ one { friend { id: name owner { tag: id id: tag } } } }',
    '{ pets { ... on Cat { id: name sound } ... on Dog { owner { id } } } }',
    'query ($on: Boolean = true) { one { ... @include(if: $on) { id: name } ...F } } fragment F on Cat { shout name: sound }',
  ])('in the place of a key or of what another field requires: %s', async (query) => {
    expect((await agreeWithPlain(fed, query)).failures).toEqual([]);
  });
});
