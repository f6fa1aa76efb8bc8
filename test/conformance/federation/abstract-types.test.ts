import { describe, expect, it } from 'vitest';
import { agree, agreeWithPlain } from '../agree.ts';
import { federate } from '../harness.ts';

const same = async (...asked: Parameters<typeof agree>): Promise<void> => {
  await agree(...asked);
};

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

describe('interface objects', () => {
  const fed = federate({
    home: {
      sdl: `type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! title: String }
        type Video implements Media @key(fields: "id") { id: ID! title: String length: Int }
        type Article implements Media @key(fields: "id") { id: ID! title: String words: Int }`,
      resolvers: {
        Query: { media: () => [medium('1'), medium('2')] },
        Media: { __resolveReference: ({ id }: { id: string }) => medium(id), __resolveType: byTypename },
        Video: { __resolveReference: ({ id }: { id: string }) => medium(id) },
        Article: { __resolveReference: ({ id }: { id: string }) => medium(id) },
      },
    },
    stars: {
      sdl: `type Query { rated: [Media] best: Media }
        type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int title: String @external label: String @requires(fields: "title") }`,
      resolvers: {
        Query: { rated: () => [{ id: '1' }, { id: '2' }, { id: '9' }], best: () => ({ id: '2' }) },
        Media: {
          stars: ({ id }: { id: string }) => Number(id),
          label: ({ id, title }: { id: string; title?: string }) => `${id} ${title}`,
        },
      },
    },
    lists: {
      sdl: `type Query { list: List } type List @key(fields: "id") { id: ID! media: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! }`,
      resolvers: { Query: { list: () => ({ id: 'l', media: [{ id: '2' }, { id: '1' }] }) } },
    },
    authors: {
      sdl: `type Video @key(fields: "id") { id: ID! author: String }`,
      resolvers: { Video: { author: ({ id }: { id: string }) => `of ${id}` } },
    },
  });
  it.each([
    [
      'say nothing of their type where it does not matter',
      '{ best { stars ... on Media { id } } list { media { id } } }',
    ],
    ['are found out where it does', '{ best { __typename stars } list { media { __typename title } } }'],
    [
      'with fragments on types that they do not know',
      '{ list { id media { id ... on Video { length author } ... on Article { words stars } } } }',
    ],
    ['with @requires', '{ best { label } media { label ... on Article { stars } } }'],
    ['under other names', '{ best { id: stars title: label __typename } }'],
  ])('%s', async (_, query) => {
    const { failures } = query.includes('id: stars')
      ? await agreeWithPlain(fed, query)
      : await same(fed, query).then(() => fed.ours(query));
    expect(failures).toEqual([]);
  });

  it('whose type nobody can tell are given where it does not matter, and are null with an error where it does', async () => {
    expect((await fed.ours('{ rated { stars } }')).data).toEqual({
      rated: [{ stars: 1 }, { stars: 2 }, { stars: 9 }],
    });
    const { data, failures } = await fed.ours('{ rated { stars __typename } }');
    expect(data).toEqual({
      rated: [{ stars: 1, __typename: 'Video' }, { stars: 2, __typename: 'Article' }, null],
    });
    expect(failures.map((one) => one.path)).toEqual([['rated', 2]]);
  });
});

function medium(id: string): object | null {
  if (id === '1') return { __typename: 'Video', id, title: 'V', length: 3 };
  return id === '2' ? { __typename: 'Article', id, title: 'A', words: 5 } : null;
}

describe('an interface that no object of its subgraph implements', () => {
  const fed = federate({
    a: {
      sdl: `type Query { a: Node product: Product } interface Node @key(fields: "id") { id: ID! } interface Product @key(fields: "id") { id: ID! }
        type Bread implements Product @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          a: () => ({ __typename: 'Ghost', id: 'n' }),
          product: () => ({ __typename: 'Bread', id: 'p' }),
        },
        Product: { __resolveType: byTypename },
        Node: { __resolveType: byTypename },
      },
    },
    b: {
      sdl: `type Query { b: Node } type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }`,
      resolvers: { Query: { b: () => ({ id: 'n', field: 'foo' }) } },
    },
  });
  it('gives what its interface object knows', async () => {
    expect((await fed.ours('{ b { id field } }')).data).toEqual({ b: { id: 'n', field: 'foo' } });
    expect((await fed.ours('{ product { ... on Bread { id } } }')).data).toEqual({ product: { id: 'p' } });
  });
  it('and null with an error for what cannot be, as an object and as a field', async () => {
    const one = await fed.ours('{ a { id } }');
    expect([one.data, one.failures.map(({ path }) => path)]).toEqual([{ a: null }, [['a']]]);
  });
});

describe('unions of which subgraphs know a part', () => {
  const member = (only: string, extra: string) => ({
    sdl: `type Query { root${only}: Box shared: Box @shareable } type Box @key(fields: "id") { id: ID! wrapped: Wrapped @shareable ${extra} }
      type Wrapped @shareable { actions: [Action!]! } union Action = Common | Only${only} type Common @shareable { label: String } type Only${only} { ${only.toLowerCase()}: String }`,
    resolvers: {
      Query: {
        [`root${only}`]: () => ({ id: '1' }),
        shared: () => ({ id: '1', wrapped: { actions: [COMMON] } }),
      },
      Box: {
        wrapped: (box: { wrapped?: object }) =>
          box.wrapped ?? { actions: [COMMON, { __typename: `Only${only}`, [only.toLowerCase()]: 'x' }] },
        extra: () => ({ actions: [{ __typename: `Only${only}`, [only.toLowerCase()]: 'y' }] }),
      },
      Action: { __resolveType: byTypename },
    },
  });
  const fed = federate({ a: member('A', ''), b: member('B', 'extra: Wrapped') });
  const ALL = 'actions { __typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b } }';
  it.each([
    `{ shared { wrapped { ${ALL} } } }`,
    `{ rootA { extra { ${ALL} } } }`,
    '{ rootA { wrapped { actions { __typename ... on OnlyB { b } } } } }',
  ])('%s', (query) => same(fed, query));

  // Federation lets a shared field return only what all its subgraphs know: the planner asks for no more, composition hints it.
  it.each([
    [`{ rootA { wrapped { ${ALL} } } }`, { __typename: 'OnlyA', a: null }],
    [`{ rootB { wrapped { ${ALL} } } }`, { __typename: 'OnlyB', b: null }],
  ])(
    'a shared field that returns what another subgraph does not know is asked for what all know: %s',
    async (query, last) => {
      const { data } = await fed.ours(query);
      expect(Object.values(data as object)).toEqual([{ wrapped: { actions: [COMMON, last] } }]);
      expect((await fed.theirs(query)).data).toEqual(data);
    },
  );
});
const COMMON = { __typename: 'Common', label: 'c' };

describe('fields of one key on different types', () => {
  const NODE = {
    similar: [
      { __typename: 'User', id: 'u', name: 'U' },
      { __typename: 'Admin', id: 'a', name: 'A' },
    ],
  };
  const fed = federate({
    a: {
      sdl: `type Query { accounts: [Account!]! users: [User!]! } union Account = User | Admin
        type User @key(fields: "id") { id: ID name: String similar: [Account!]! size: Int! age: Int } type Admin { id: ID name: String similar: [Account!]! size: String tags: [String!]! }`,
      resolvers: {
        Query: { accounts: () => NODE.similar, users: () => [NODE.similar[0]] },
        Account: { __resolveType: byTypename },
        User: { similar: () => NODE.similar, size: () => 3, age: () => 9 },
        Admin: { similar: () => NODE.similar, size: () => 'L', tags: () => ['t'] },
      },
    },
    b: {
      sdl: `type User @key(fields: "id") { id: ID! mail: String }`,
      resolvers: { User: { mail: () => 'm' } },
    },
  });
  it.each([
    '{ users { id name } accounts { ... on User { id name } ... on Admin { id name } } }',
    '{ accounts { ... on User { id similar { ... on User { id mail } ... on Admin { id name } } } ... on Admin { id similar { ... on Admin { name id } ... on User { name } } } } }',
    '{ accounts { ... on User { same: name mail } ... on Admin { same: size } } }',
  ])('that differ in null only, or not at all: %s', (query) => same(fed, query));

  it('cannot be asked when they would be answered in different shapes', async () => {
    const { validateOperation } = await import('../../../gateway/broker/operation/validate.ts');
    const { parse } = await import('graphql');
    const query = '{ accounts { ... on User { size } ... on Admin { size } } }';
    expect(
      validateOperation(fed.schema, parse(query))
        .map((one) => one.message)
        .join(),
    ).toContain('conflict');
  });
});
