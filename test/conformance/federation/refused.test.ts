import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { validateOperation } from '../../../gateway/broker/operation/validate.ts';
import { federate } from '../harness.ts';

const { schema } = federate({
  a: {
    sdl: 'type Query { thing: Thing list: [Int] } type Thing @key(fields: "id") { id: ID! size: Int }',
  },
});
const told = (query: string): string =>
  validateOperation(schema, parse(query))
    .map((one) => one.message)
    .join('\n');

describe('what is not served is refused before anyone is asked', () => {
  it.each([
    ['@defer', '{ thing { id ... @defer { size } } }', 'Directive "@defer" is not served by this gateway.'],
    [
      '@defer with a label, on a spread',
      'query ($on: Boolean!) { thing { ...F @defer(if: $on, label: "x") } } fragment F on Thing { size }',
      'Directive "@defer" is not served by this gateway.',
    ],
    ['@stream', '{ list @stream(initialCount: 1) }', 'Directive "@stream" is not served by this gateway.'],
    ['a reserved alias', '{ thing { __as_id: size } }', 'names that begin with "__" are reserved'],
    [
      'a reserved variable',
      'query ($representations: Int) { thing { id } list @skip(if: false) }',
      'the name is reserved',
    ],
  ])('%s', (_, query, message) => {
    expect(told(query)).toContain(message);
  });
});
