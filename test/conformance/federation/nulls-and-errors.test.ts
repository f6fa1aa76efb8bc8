import { describe, expect, it } from 'vitest';
import { agree } from '../agree.ts';
import { federate } from '../harness.ts';

/** Lists in lists, nulls and errors: where a null stands, and at which path its error is told. */
const ITEM = (id: string) => ({ id });
const fed = federate({
  a: {
    sdl: `type Query { grid: [[Item]] strict: [[Item!]!] cube: [[[Item!]]!] item: Item! }
      type Item @key(fields: "id") { id: ID! name: String must: String! }`,
    resolvers: {
      Query: {
        grid: () => [[ITEM('1'), null, ITEM('2')], null, [], [ITEM('3')]],
        strict: () => [[ITEM('1')], [ITEM('2'), ITEM('1')]],
        cube: () => [
          [[ITEM('1'), ITEM('3')], null],
          [[ITEM('2')], []],
        ],
        item: () => ITEM('3'),
      },
      Item: {
        name: ({ id }: { id: string }) => failing(id === '2', `n${id}`),
        must: ({ id }: { id: string }) => failing(id === '3', `m${id}`),
      },
    },
  },
  b: {
    sdl: `type Item @key(fields: "id") { id: ID! maybe: String sure: String! inner: [Inner!] }
      type Inner { id: ID! leaf: String! }`,
    resolvers: {
      Item: {
        __resolveReference: ({ id }: { id: string }) => (id === '9' ? null : { id }),
        maybe: ({ id }: { id: string }) => failing(id === '1', `y${id}`),
        sure: ({ id }: { id: string }) => failing(id === '2', `s${id}`),
        inner: ({ id }: { id: string }) => [{ id: `${id}a` }, { id: `${id}b` }],
      },
      Inner: { leaf: ({ id }: { id: string }) => failing(id === '2b', id) },
    },
  },
});

function failing(fails: boolean, value: string): string {
  if (fails) throw new Error('secret text of a provider');
  return value;
}

describe('nested lists, nulls and partial errors', () => {
  it.each([
    ['lists in lists over subgraphs', '{ grid { id maybe } }'],
    ['an error in the first subgraph', '{ grid { id name } cube { name } }'],
    ['an error in an entity, through lists', '{ grid { maybe } cube { maybe } }'],
    ['a null that takes its list along', '{ strict { id sure } }'],
    ['a null that takes one list of three along', '{ cube { must } }'],
    ['a null that takes everything along', '{ item { must } }'],
    ['an error below a list of an entity', '{ grid { inner { leaf } } }'],
    [
      'several at once, under aliases',
      '{ g: grid { n: name m: maybe i: inner { l: leaf } } grid { s: sure } }',
    ],
    [
      'of all of that, what is included',
      'query ($no: Boolean = false) { grid { name @include(if: $no) maybe sure @skip(if: true) } }',
    ],
  ])('%s', async (_, query) => {
    const { failures } = await agree(fed, query);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });

  it('each at its own path', async () => {
    const { data, failures } = await fed.ours('{ g: grid { m: maybe inner { leaf } } strict { sure } }');
    expect(data).toMatchObject({
      g: [[{ m: null }, null, { inner: null }], null, [], [{ m: 'y3' }]],
      strict: null,
    });
    expect(failures.map(({ path }) => JSON.stringify(path)).sort()).toEqual([
      '["g",0,0,"m"]',
      '["g",0,2,"inner",1,"leaf"]',
      '["strict",1,0,"sure"]',
    ]);
  });
});

describe('an object of which two providers bring a part', () => {
  const part = (field: string) => ({
    sdl: `type Query { thing: Thing @shareable } type Thing @shareable { ${field}: ${field}Part } type ${field}Part { ${field}: String }`,
    resolvers: { Query: { thing: () => ({ [field]: { [field]: field } }) } },
  });
  const shared = federate({ name: part('name'), price: part('price') });
  it.each(['name', 'price'])(
    'says what was lost when %s fails, though the other brings it',
    async (failing) => {
      const broken = { ok: false, code: 'PROVIDER_TIMEOUT', details: {} } as const;
      const { data, failures } = await shared.ours(
        '{ thing { name { name } price { price } } }',
        {},
        {
          tamper: (subgraph, body) => (subgraph === failing ? broken : { ok: true, body }),
        },
      );
      const whole = { name: { name: 'name' }, price: { price: 'price' } };
      expect(data).toEqual({ thing: { ...whole, [failing]: null } });
      expect(failures.map(({ code, path }) => [code, path])).toEqual([
        ['PROVIDER_TIMEOUT', ['thing', failing]],
      ]);
    },
  );
});
