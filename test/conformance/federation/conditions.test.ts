import { expect, it } from 'vitest';
import { federate } from '../harness.ts';

const A = { __typename: 'A', id: '1' };
const fed = federate({
  s0: {
    sdl: `type C @key(fields: "id") { id: ID! } type A @key(fields: "id") { id: ID! f0: [C] }
      type B @key(fields: "id") { id: ID! f1: [A] @shareable }`,
    resolvers: { A: { f0: () => [] }, B: { f1: () => [A, null] } },
  },
  s1: {
    sdl: `type Query { r: B } type A @key(fields: "id") { id: ID! } type B @key(fields: "id") { id: ID! f1: [A] @shareable }`,
    resolvers: { Query: { r: () => ({ id: '1' }) }, B: { f1: () => [A, null] } },
  },
});

it.each([
  [
    '{ r { ... on B @skip(if: $on) { f1 @skip(if: $on) { f0 @include(if: $on) { id } } } } }',
    false,
    { r: { f1: [{}, null] } },
  ],
  ['{ r { ... on B @skip(if: $on) { f1 { f0 @include(if: $on) { id } } } } }', true, { r: {} }],
  [
    '{ r { f1 @include(if: $on) { id @include(if: $on) f0 @skip(if: $on) { id } } } }',
    true,
    { r: { f1: [{ id: '1' }, null] } },
  ],
  [
    '{ r { ... on B { f1 @include(if: $on) { ... on A @skip(if: $on) { f0 { id } } } } } }',
    true,
    { r: { f1: [{}, null] } },
  ],
  ['{ r { f1 @include(if: $on) @skip(if: $on) { id } id } }', true, { r: { id: '1' } }],
])('conditions that settle or contradict each other: %s', async (selection, on, expected) => {
  const { data, failures } = await fed.ours(`query ($on: Boolean!) ${selection}`, { on });
  expect([data, failures]).toEqual([expected, []]);
});
