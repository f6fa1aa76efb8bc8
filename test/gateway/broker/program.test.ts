import type { FetchNode } from '@apollo/query-planner';
import fc from 'fast-check';
import { buildSchema, OperationTypeNode, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileMembers } from '../../../gateway/broker/program/entity-member.ts';
import { mergeInto } from '../../../gateway/broker/program/merge.ts';
import { needsOf } from '../../../gateway/broker/program/needs.ts';
import { objectsAt, pathsTo } from '../../../gateway/broker/program/paths.ts';
import { compilePicker } from '../../../gateway/broker/program/picker.ts';
import { isJsonObject, type JsonObject } from '../../../gateway/broker/program/record.ts';
import { readJson } from '../../../gateway/exact-json.ts';

describe('merging', () => {
  const differing: string[] = [];
  const merging = {
    schema: buildSchema('type Query { a: Int }'),
    onOther: () => undefined,
    onDiffering: (_: JsonObject, key: string) => differing.push(key),
  };

  test('never loses a value to a null', () => {
    const target = { a: 1, b: { c: 2 }, d: [{ e: 3 }] };
    mergeInto(merging, target, { a: null, b: { c: null, f: 4 }, d: [{ g: 5 }] });
    expect(target).toEqual({ a: 1, b: { c: 2, f: 4 }, d: [{ e: 3, g: 5 }] });
  });

  test.each<[string, unknown, unknown]>([
    ['texts', 'A', 'B'],
    ['numbers', 1, 2],
    ['numbers that a double does not hold', readJson('9007199254740993'), readJson('9007199254740992')],
    ['truth values', true, false],
    ['a truth value and a list', true, [true]],
    ['lists of other lengths', [1], [1, 2]],
    ['lists of other lengths, of objects', [{ a: 1 }], [{ a: 1 }, { a: 2 }]],
    ['lists in another order', ['A', 'B'], ['B', 'A']],
    ['a leaf and an object', 'A', { a: 1 }],
  ])('takes neither of two answers that differ: %s', (_, a, b) => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ]) {
      differing.length = 0;
      const target = { one: { x: first, y: 1 } };
      mergeInto(merging, target, { one: { x: second, y: 1 } });
      expect([target, differing]).toEqual([{ one: { x: undefined, y: 1 } }, ['x']]);
    }
  });

  test('knows an ID by its text and by its number', () => {
    differing.length = 0;
    const target = { id: '12', big: readJson('9007199254740993') };
    mergeInto(merging, target, { id: 12, big: '9007199254740993' });
    expect([target.id, differing]).toEqual(['12', []]);
  });

  test('drops a key that would change the prototype', () => {
    const target = {};
    mergeInto(merging, target, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect('polluted' in target).toBe(false);
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(isJsonObject(value) && !JSON.stringify(value).includes('__proto__'));
        const once = structuredClone(value);
        mergeInto(merging, once, structuredClone(value));
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

const noBlame = (missing: string): never => {
  throw new Error(`${missing} is missing`);
};

test('each entity is asked for once, and told apart from every other, whatever stands in its key', () => {
  const schema = buildSchema(
    'type Query { t: T } interface I { id: ID } type T implements I { id: ID, n: Int }',
  );
  const gatherFor = (condition: string) => {
    const requires = ['__typename', 'id'].map((name) => ({ kind: 'Field', name }) as const);
    const node: FetchNode = {
      kind: 'Fetch',
      serviceName: 's',
      operationKind: OperationTypeNode.QUERY,
      operation: 'query($r:[_Any!]!){_entities(representations:$r){...on T{n}}}',
      operationName: undefined,
      variableUsages: [],
      requires: [{ kind: 'InlineFragment', typeCondition: condition, selections: requires }],
    };
    const numbers = { scalars: new Set<string>(), ids: new Set<string>() };
    const parts = { schema, needs: needsOf([]), numbers, blame: () => noBlame };
    const [member] = compileMembers(parts, [{ node, path: [], conditions: [], after: new Set(), level: 0 }]);
    return (entities: JsonObject[]) => member?.gather(entities, {})[0];
  };
  const odd = '{"__typename":"T","id":1}';
  const entity = fc.record({
    __typename: fc.constantFrom('T', 'T', 'T', 'I', 'Query'),
    id: fc.oneof(
      fc.constantFrom<unknown>('1', 1, null, true, odd, '', '"', 'a\u0000'),
      fc.string({ maxLength: 2 }),
    ),
  });
  for (const condition of ['T', 'I']) {
    const gather = gatherFor(condition);
    fc.assert(
      fc.property(fc.array(entity, { maxLength: 30 }), (entities) => {
        const expected = new Map<string, object[]>();
        for (const one of entities) {
          const isAsked = one.__typename === condition || (condition === 'I' && one.__typename === 'T');
          if (!isAsked) continue;
          const text = JSON.stringify(one);
          expected.set(text, [...(expected.get(text) ?? []), one]);
        }
        const gathered = gather(entities);
        expect(JSON.parse(gathered?.representations ?? '[]')).toEqual(
          [...expected.keys()].map((one) => JSON.parse(one)),
        );
        expect(gathered?.targets ?? []).toEqual([...expected.values()]);
      }),
      { numRuns: 500 },
    );
  }
});
