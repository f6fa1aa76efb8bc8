import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { mergeInto } from '../../../gateway/broker/program/merge.ts';
import { objectsAt, pathsTo } from '../../../gateway/broker/program/paths.ts';
import { compilePicker } from '../../../gateway/broker/program/picker.ts';
import { isJsonObject } from '../../../gateway/broker/program/record.ts';

describe('merging', () => {
  test('never loses a value to a null', () => {
    const target = { a: 1, b: { c: 2 }, d: [{ e: 3 }] };
    mergeInto(target, { a: null, b: { c: null, f: 4 }, d: [{ g: 5 }] });
    expect(target).toEqual({ a: 1, b: { c: 2, f: 4 }, d: [{ e: 3, g: 5 }] });
  });

  test('drops a key that would change the prototype', () => {
    const target = {};
    mergeInto(target, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect('polluted' in target).toBe(false);
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(isJsonObject(value) && !JSON.stringify(value).includes('__proto__'));
        const once = structuredClone(value);
        mergeInto(once, structuredClone(value));
        expect(once).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('paths', () => {
  const data = { a: [{ b: { c: 1 } }, null, { b: null }, { b: { c: 2 } }] };

  test('lead through lists and pass over nulls', () => {
    expect(objectsAt(data, ['a', '@', 'b'])).toEqual([{ c: 1 }, { c: 2 }]);
  });

  test('name where each object stands, in the same order', () => {
    expect(pathsTo(data, ['a', '@', 'b'])).toEqual([
      ['a', 0, 'b'],
      ['a', 3, 'b'],
    ]);
  });
});

test('picking keeps what was asked for, through fragments, and nothing else', () => {
  const document = parse('{ a { ...F } b: c } fragment F on T { d ... on U { e } }');
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation');
  const schema =
    buildSchema(`type Query { a: [T] c: Int } interface T { d: Int } type U implements T { d: Int e: Int }
    type V implements T { d: Int }`);
  const pick = compilePicker(schema, document, operation.selectionSet);
  const sent = { a: [{ d: 1, e: 2, x: 3 }, null, { __typename: 'V', d: 1, e: 2 }], b: 4, c: 5 };
  expect(pick(sent, null)).toEqual({ a: [{ d: 1, e: 2 }, null, { d: 1 }], b: 4 });
});
