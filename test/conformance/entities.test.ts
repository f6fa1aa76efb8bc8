import { describe, expect, it } from 'vitest';
import { type Federation, federate } from './harness.ts';

const PEOPLE = [
  { id: '1', name: 'Li', org: { code: 'x' }, height: 1.5, weight: 60 },
  { id: '2', name: 'Wu', org: { code: 'y' }, height: 1.8, weight: 80 },
  { id: '3', name: null, org: { code: 'x' }, height: 1.6, weight: 50 },
];

const federation: Federation = federate({
  population: {
    sdl: `
      type Query { people: [Person!]! person(id: ID!): Person first: Person grid: [[Person]] boom: [Person] }
      type Mutation { add(n: Int!): Int! }
      type Person @key(fields: "id") @key(fields: "org { code }") { id: ID! name: String org: Org! height: Float weight: Int }
      type Org @shareable { code: String! }
    `,
    resolvers: {
      Query: {
        people: () => PEOPLE,
        person: (_: unknown, { id }: { id: string }) => PEOPLE.find((one) => one.id === id) ?? null,
        first: () => PEOPLE[0],
        grid: () => [[PEOPLE[0], null], [PEOPLE[1], PEOPLE[0]], null],
        boom: () => PEOPLE,
      },
      Mutation: { add: (_: unknown, { n }: { n: number }) => n },
      Person: { __resolveReference: ({ id }: { id: string }) => PEOPLE.find((one) => one.id === id) ?? null },
    },
  },
  health: {
    sdl: `
      type Mutation { note(n: Int!): Int! }
      type Person @key(fields: "id") { id: ID! height: Float @external weight: Int @external
        bmi(factor: Float = 1): Float @requires(fields: "height weight")
        doctor: Doctor risk: String! allergies: [String!] friend: Person }
      type Doctor { name: String! }
    `,
    resolvers: {
      Mutation: { note: (_: unknown, { n }: { n: number }) => n * 10 },
      Person: {
        __resolveReference: (key: { id: string; height: number; weight: number }) =>
          key.id === '2' ? null : key,
        bmi: (self: { height: number; weight: number }, { factor }: { factor: number }) =>
          (factor * self.weight) / self.height,
        doctor: ({ id }: { id: string }) => {
          if (id === '3') throw new Error('secret stack');
          return { name: `Dr ${id}` };
        },
        risk: () => 'LOW',
        allergies: () => ['pollen'],
        friend: () => ({ id: '1' }),
      },
    },
  },
});

const OPERATIONS: readonly [title: string, query: string, variables?: Record<string, unknown>][] = [
  ['one fetch', '{ people { id name } }'],
  ['an entity of another subgraph', '{ people { name doctor { name } } }'],
  ['entity not found', '{ person(id: "2") { name allergies doctor { name } } }'],
  ['entity not found under a non-null field', '{ people { name risk } }'],
  ['@requires', '{ people { bmi } }'],
  [
    '@requires with arguments and aliases',
    'query($f: Float) { people { a: bmi(factor: $f) b: bmi(factor: 2) } }',
    { f: 3 },
  ],
  ['nested lists', '{ grid { name allergies } }'],
  ['going back to the first subgraph', '{ people { friend { name friend { name } } } }'],
  [
    '@skip and @include on fields',
    'query($s: Boolean!, $i: Boolean!) { people { id @skip(if: $s) doctor @include(if: $i) { name } } }',
    { s: true, i: false },
  ],
  [
    '@skip and @include on fragments',
    'query($s: Boolean!) { people { ... @skip(if: $s) { doctor { name } } ...F @include(if: $s) } } fragment F on Person { allergies }',
    { s: true },
  ],
  ['__typename everywhere', '{ __typename people { t: __typename doctor { __typename } } }'],
  ['merged selections', '{ people { doctor { name } } people { id doctor { n: name } } }'],
  ['nothing asked of anyone', '{ __typename }'],
  ['introspection beside data', '{ __type(name: "Doctor") { name kind } person(id: "1") { id } }'],
  ['an unknown person', '{ person(id: "9") { name doctor { name } } }'],
  [
    'variable that is not given',
    'query($id: ID! = "1", $f: Float) { person(id: $id) { bmi(factor: $f) } }',
    { id: '1' },
  ],
];

describe('entities over two subgraphs answer as the reference does', () => {
  it.each(OPERATIONS)('%s', async (_, query, variables) => {
    const [ours, theirs] = await Promise.all([
      federation.ours(query, variables),
      federation.theirs(query, variables),
    ]);
    expect(ours.data).toEqual(theirs.data);
  });

  it('runs mutations in series', async () => {
    const query = 'mutation { a: add(n: 1) b: note(n: 2) c: add(n: 3) }';
    const ours = await federation.ours(query);
    expect(ours.data).toEqual({ a: 1, b: 20, c: 3 });
    expect(ours.calls.map((one) => one.subgraph)).toEqual(['population', 'health', 'population']);
  });

  it('asks for equal representations once', async () => {
    const { calls } = await federation.ours('{ grid { allergies } }');
    const asked = calls.find((one) => one.subgraph === 'health');
    expect(JSON.parse(asked?.body ?? '').variables.representations).toEqual([
      { __typename: 'Person', id: '1' },
      { __typename: 'Person', id: '2' },
    ]);
  });

  it('tells an error of an entity at the path of the answer, without its text', async () => {
    const { data, failures } = await federation.ours('{ people { doctor { name } } }');
    expect(data).toMatchObject({
      people: [{ doctor: { name: 'Dr 1' } }, { doctor: null }, { doctor: null }],
    });
    expect(failures.map((one) => one.path)).toEqual([['people', 2, 'doctor']]);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });
});
