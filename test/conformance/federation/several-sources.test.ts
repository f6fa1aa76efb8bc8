import { describe, expect, it } from 'vitest';
import { agree } from '../agree.ts';
import { federate } from '../harness.ts';

const same = async (...asked: Parameters<typeof agree>): Promise<void> => {
  await agree(...asked);
};

describe('@provides, @shareable, @override', () => {
  const fed = federate({
    a: {
      sdl: `type Query { posts: [Post] } type Post @key(fields: "id") { id: ID! author: Author @provides(fields: "name") title: String @shareable old: Int }
        type Author @key(fields: "id") { id: ID! name: String @external }`,
      resolvers: {
        Query: { posts: () => [{ id: 'p', author: { id: 'a', name: 'N' }, title: 'T', old: 1 }, null] },
        Post: { __resolveReference: ({ id }: { id: string }) => ({ id, old: 1, title: 'T' }) },
      },
    },
    b: {
      sdl: `type Query { author: Author } type Author @key(fields: "id") { id: ID! name: String @shareable age: Int posts: [Post] }
        type Post @key(fields: "id") { id: ID! title: String @shareable old: Int @override(from: "a") }`,
      resolvers: {
        Query: { author: () => ({ id: 'a' }) },
        Author: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          name: () => 'N',
          age: () => 9,
          posts: () => [{ id: 'p' }],
        },
        Post: { __resolveReference: ({ id }: { id: string }) => ({ id }), old: () => 2, title: () => 'T' },
      },
    },
  });
  it.each([
    '{ posts { author { name } } }',
    '{ posts { author { name age } old title } }',
    '{ author { name posts { title old author { id age } } } }',
  ])('%s', (query) => same(fed, query));
});

describe('@provides on abstract types, and only what was asked of it', () => {
  const fed = federate({
    lists: {
      sdl: `type Query { media: [Media] holder: Holder @provides(fields: "... on Book { title }") entity: Entity @provides(fields: "name description") }
        interface Media { id: ID! } union Holder = Book | Note type Note { text: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String @external animals: [Animal] @provides(fields: "... on Cat { name }") @shareable }
        interface Animal { id: ID! } type Cat implements Animal @key(fields: "id") { id: ID! name: String @external } type Dog implements Animal @key(fields: "id") { id: ID! }
        type Entity @key(fields: "id") { id: ID! name: String! @external description: String! @external }`,
      resolvers: {
        Query: {
          media: () => [{ __typename: 'Book', id: '1' }],
          holder: () => ({ __typename: 'Book', id: '1', title: 'T' }),
          entity: () => ({ id: 'e', name: 'N' }), // `description` would be an error
        },
        Book: {
          animals: () => [
            { __typename: 'Cat', id: 'c', name: 'Tom' },
            { __typename: 'Dog', id: 'd' },
          ],
        },
      },
    },
    owners: {
      sdl: `type Book @key(fields: "id") { id: ID! title: String @shareable animals: [Animal] @shareable }
        interface Animal { id: ID! name: String } type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable }
        type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable }
        type Entity @key(fields: "id") { id: ID! name: String! @shareable description: String! @shareable extra: String }`,
      resolvers: {
        Book: {
          title: () => 'T',
          animals: () => [
            { __typename: 'Cat', id: 'c' },
            { __typename: 'Dog', id: 'd' },
          ],
        },
        Cat: { name: () => 'Tom' },
        Dog: { name: () => 'Rex' },
        Entity: { name: () => 'N', description: () => 'D', extra: () => 'X' },
      },
    },
  });
  it.each([
    '{ media { ... on Book { title animals { id name __typename } } } }',
    '{ holder { ... on Book { title animals { ... on Cat { name } } } } }',
    '{ entity { id name } }',
    '{ entity { shown: name ... on Entity { extra } } }',
    'query ($no: Boolean = false) { entity { id ... on Entity @include(if: $no) { description } } }',
  ])('%s', (query) => same(fed, query));
});

describe('root fields that several subgraphs share', () => {
  const part = (field: string) => ({
    sdl: `type Query { thing: Thing @shareable things: [Thing!]! @shareable } type Thing @shareable { id: ID! ${field}: ${field}Part } type ${field}Part { id: ID! ${field}: String }`,
    resolvers: {
      Query: {
        thing: () => ({ id: 't', [field]: { id: 'p', [field]: field } }),
        things: () => [1, 2].map((id) => ({ id, [field]: { id, [field]: `${field}${id}` } })),
      },
    },
  });
  const fed = federate({ name: part('name'), price: part('price') });
  it.each([
    '{ thing { id } }',
    '{ thing { id name { id name } price { price } } }',
    '{ things { name { name } price { price id } } }',
  ])('give each its part: %s', async (query) => {
    // The naive reference asks one of them only: an object without a key is not found again.
    const [ours, theirs] = [await fed.ours(query), await fed.theirs(query)];
    expect([ours.data, ours.failures]).toEqual([theirs.data, []]);
  });
});
