import { expect, test } from 'vitest';
import { answersTo } from '../../../gateway/broker/subscribe/answers-to.ts';

const call = (query: string, subgraph = 's') => ({
  subgraph,
  body: JSON.stringify({ query, variables: { a: 1 } }),
});

test.each([
  ['the same', 'subscription { s(id: $a) { n } }', true],
  ['a part', 'subscription { s(id: $a) { i { x } } }', true],
  ['a part within a type', 'subscription { s(id: $a) { ... on T { k } } }', true],
  ['another field', 'subscription { s(id: $a) { other } }', false],
  ['another field below', 'subscription { s(id: $a) { i { z } } }', false],
  ['another key', 'subscription { s(id: $a) { m: n } }', false],
  ['another field under that key', 'subscription { s(id: $a) { n: i { x } } }', false],
  ['another argument', 'subscription { s(id: 2) { n } }', false],
  ['another condition', 'subscription { s(id: $a) { n @include(if: $b) } }', false],
  ['another type', 'subscription { s(id: $a) { ... on U { k } } }', false],
  ['fragments', 'subscription { s(id: $a) { ...F } } fragment F on S { n }', false],
])('what was pushed for more answers to %s: %#', (_, query, expected) => {
  const had = call('subscription { s(id: $a) { n i { x y } ... on T { k l } } }');
  expect(answersTo(had, call(query))).toBe(expected);
  expect(answersTo(had, call(query, 'other'))).toBe(false);
});
