import { describe, expect, it } from 'vitest';
import { agree } from '../agree.ts';
import { federate } from '../harness.ts';

const same = async (...asked: Parameters<typeof agree>): Promise<void> => {
  await agree(...asked);
};

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

describe('enums and inputs that subgraphs define differently', () => {
  const fed = federate({
    a: {
      sdl: `type Query { out: [Colour] pick(colour: Taste): String } enum Colour { RED GREEN } enum Taste { SWEET SOUR }`,
      resolvers: {
        Query: { out: () => ['RED', 'GREEN'], pick: (_: unknown, { colour }: { colour: string }) => colour },
      },
    },
    b: {
      sdl: `type Query { more: [Colour] choose(colour: Taste, in: In): String } enum Colour { RED BLUE @inaccessible } enum Taste { SWEET BITTER } input In { a: Int b: [Int!] = [1] }`,
      resolvers: {
        Query: { more: () => ['RED', 'BLUE'], choose: (_: unknown, args: object) => JSON.stringify(args) },
      },
    },
    c: {
      sdl: `type Query { third(in: In): Int } input In { b: [Int!] = [1] c: String }`,
      resolvers: { Query: { third: () => 1 } },
    },
  });
  it.each([
    ['an output enum has all values', '{ out }'],
    ['an input enum has the values that all know', '{ pick(colour: SWEET) choose(colour: SWEET) }'],
    ['an input has the fields that all know, with its default', '{ choose(in: {}) third(in: { b: [2] }) }'],
  ])('%s', (_, query) => same(fed, query));

  it('a value that consumers may not see is null with an error', async () => {
    const { data, failures } = await fed.ours('{ more }');
    expect([data, failures.map((one) => one.path)]).toEqual([{ more: ['RED', null] }, [['more', 1]]]);
    expect((await fed.theirs('{ more }')).data).toEqual(data);
  });

  it.each(['{ pick(colour: SOUR) }', '{ choose(in: { a: 1 }) }'])(
    'what not all know cannot be asked: %s',
    async (query) => {
      const { validate, parse } = await import('graphql');
      expect(validate(fed.schema, parse(query))).toHaveLength(1);
    },
  );
});

describe('@tag', () => {
  const fed = federate({
    a: {
      sdl: `type Query { thing(by: In @tag(name: "arg")): Thing @tag(name: "root") }
        type Thing @key(fields: "id") @tag(name: "type") { id: ID! @tag(name: "key") kind: Kind } enum Kind @tag(name: "enum") { A @tag(name: "value") } input In @tag(name: "input") { x: Int @tag(name: "field") }`,
      resolvers: {
        Query: { thing: (_: unknown, { by }: { by?: { x: number } }) => ({ id: String(by?.x), kind: 'A' }) },
      },
    },
    b: {
      sdl: `type Thing @key(fields: "id") { id: ID! size: Int @tag(name: "other") }`,
      resolvers: { Thing: { size: () => 4 } },
    },
  });
  it('changes nothing of answers, and is not shown to consumers', async () => {
    await same(
      fed,
      '{ thing(by: { x: 1 }) { id kind size } }',
      {},
      { thing: { id: '1', kind: 'A', size: 4 } },
    );
    expect(fed.schema.getDirective('tag')).toBeUndefined();
    expect(fed.supergraphSdl).toContain('@tag(name: "other")');
  });
});

describe('@oneOf', () => {
  const fed = federate({
    a: {
      sdl: `type Query { find(by: By!): String } input By @oneOf { id: ID name: Name } input Name { first: String }`,
      resolvers: { Query: { find: (_: unknown, { by }: { by: object }) => JSON.stringify(by) } },
    },
    b: {
      sdl: `type Query { other(by: By!): String } input By { id: ID name: Name } input Name { first: String }`,
      resolvers: { Query: { other: (_: unknown, { by }: { by: object }) => JSON.stringify(by) } },
    },
  });
  const QUERY = 'query ($by: By!, $id: ID!) { find(by: $by) other(by: { id: $id }) }';
  it('is kept where composition drops it: one field, by literal or by variable', async () => {
    await same(
      fed,
      QUERY,
      { by: { name: { first: 'F' } }, id: '1' },
      { find: '{"name":{"first":"F"}}', other: '{"id":"1"}' },
    );
  });
  it.each([{ id: '1', name: { first: 'F' } }, {}, { id: null }])(
    'refuses a value %j before anyone is asked',
    async (by) => {
      await expect(fed.ours(QUERY, { by, id: '1' })).rejects.toThrow('BAD_USER_INPUT');
    },
  );
  it('refuses a literal of two fields', async () => {
    const { validate, parse } = await import('graphql');
    expect(validate(fed.schema, parse('{ find(by: { id: 1, name: {} }) }')).join()).toContain(
      'exactly one key',
    );
  });
});
