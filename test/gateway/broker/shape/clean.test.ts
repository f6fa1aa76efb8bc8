import fc from 'fast-check';
import { buildSchema, type FieldNode, Kind, parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { pagingOf } from '../../../../gateway/broker/paging/shapes.ts';
import { compileCleanShaper } from '../../../../gateway/broker/shape/clean.ts';
import { compileShaper, type ShaperInput } from '../../../../gateway/broker/shape/shaper.ts';
import { compileGiven } from '../../../../gateway/broker/shape/sites.ts';
import type { MaskRule } from '../../../../gateway/words.ts';

const schema = buildSchema(`
  type Query { people: [Person!]! one: Person count: Int! grid: [[Int]!] any: Any holders: [Holder]! named: Named }
  interface Named { name: String }
  type Person implements Named { id: ID! name: String age: Int height: Float! alive: Boolean gender: Gender friends: [Person!] constructor: String }
  type Company implements Named { name: String code: ID! }
  enum Gender { MALE FEMALE }
  union Holder = Person | Company
  scalar Any
`);
const QUERY = `{ people { __typename id shown: name age height alive gender constructor friends { id } } one { id } count grid any
  holders { __typename ... on Person { id } ... on Company { code name } } named { name ... on Person { age } } }`;

/** Everybody's names are masked, and persons are subjects. */
function inputFor(query: string): ShaperInput {
  const document = parse(query);
  const masked = new Map<FieldNode, ReadonlyMap<string, MaskRule>>();
  visit(document, {
    Field(node) {
      if (node.name.value === 'name') masked.set(node, new Map([['Person', 'NAME' as const]]));
    },
  });
  return {
    schema,
    document,
    guarded: { denied: new Map(), masked, deniedValues: new Map() },
    subjects: new Map([
      ['Person', ['id']],
      ['Company', ['_whom']],
    ]),
    behind: new Map(),
    paging: pagingOf(schema),
    conditions: new Map(),
    keyOf: (node) => node.alias?.value ?? node.name.value,
    providerOf: () => 'provider',
    maskFor: () => (value) => (value === '' ? null : `${String(value)[0]}*`),
  };
}

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 8 });
const person = fc.record({
  __typename: fc.constant('Person'),
  id: fc.oneof(fc.string(), fc.nat()),
  shown: nullable(fc.string()),
  name: nullable(fc.string()),
  age: nullable(fc.integer()),
  height: fc.double({ noNaN: true, noDefaultInfinity: true }),
  alive: nullable(fc.boolean()),
  gender: nullable(fc.constantFrom('MALE', 'FEMALE')),
  constructor: nullable(fc.string()),
  friends: nullable(fc.array(fc.record({ id: fc.string() }), { maxLength: 3 })),
});
const company = fc.record({
  __typename: fc.constant('Company'),
  code: fc.string(),
  name: fc.string(),
  _whom: nullable(fc.string()),
});
const data = fc.record({
  people: fc.array(person, { maxLength: 4 }),
  one: nullable(person),
  count: fc.nat(),
  grid: nullable(fc.array(fc.array(nullable(fc.nat()), { maxLength: 3 }), { maxLength: 3 })),
  any: nullable(fc.jsonValue()),
  holders: fc.array(nullable(fc.oneof(person, company)), { maxLength: 3 }),
  named: nullable(fc.oneof(person, company)),
});

/** Somewhere in the data, something else. */
const harm = fc.option(fc.record({ at: fc.nat(), value: fc.oneof(fc.jsonValue(), fc.constant(undefined)) }));

function harmed(value: unknown, { at, value: other }: { at: number; value: unknown }): unknown {
  let left = at % (JSON.stringify(value).match(/[:,[]/g)?.length ?? 1);
  const walk = (one: unknown): unknown => {
    if (left-- === 0) return other;
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value);
}

describe('a clean answer', () => {
  const input = inputFor(QUERY);
  const clean = compileCleanShaper(input);
  const full = compileShaper(input);

  it('is shaped as the full shaper shapes it, and given up whenever that one has anything to tell', () => {
    let shaped = 0;
    fc.assert(
      fc.property(data, harm, (drawn, harming) => {
        const source = (harming ? harmed(drawn, harming) : drawn) as Record<string, unknown>;
        fc.pre(typeof source === 'object' && source !== null && !Array.isArray(source));
        const [few, all] = [[] as unknown[], [] as unknown[]];
        const counted = {
          onSubject: (one: unknown) => few.push(one),
          listed: 0,
          roots: 0,
          sites: new Uint8Array(clean?.sites.length ?? 0),
          variables: {},
        };
        const tree = clean?.shape(source, counted);
        if (tree === undefined) return;
        shaped++;
        const shaping = {
          given: [] as string[],
          failures: [],
          reported: [],
          onSubject: (one: unknown) => all.push(one),
          listed: 0,
          roots: 0,
        };
        expect(JSON.stringify(tree)).toBe(JSON.stringify(full(source, shaping)));
        expect(shaping.failures).toEqual([]);
        expect([few, counted.listed, counted.roots]).toEqual([all, shaping.listed, shaping.roots]);
        expect(compileGiven(clean?.sites ?? [])(counted.sites)).toEqual(new Set(shaping.given));
      }),
      { numRuns: 2_000 },
    );
    expect(shaped).toBeGreaterThan(500);
  });

  it('never takes what every object has for what a provider sent', () => {
    const constructors = compileCleanShaper(inputFor('{ one { constructor } }'));
    const counted = {
      onSubject: () => undefined,
      listed: 0,
      roots: 0,
      sites: new Uint8Array(99),
      variables: {},
    };
    expect(constructors?.shape({ one: {} }, counted)).toBeUndefined();
  });

  it('is not looked for where something is denied, or the schema itself is asked for', () => {
    const asked = inputFor('{ count }');
    const [operation] = asked.document.definitions;
    const field =
      operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined;
    if (field?.kind !== Kind.FIELD) throw new Error('no field');
    const denied = new Map([[field, { code: 'WITHHELD', details: {} } as const]]);
    expect(compileCleanShaper({ ...asked, guarded: { ...asked.guarded, denied } })).toBeNull();
    expect(compileCleanShaper(inputFor('{ __schema { queryType { name } } }'))).toBeNull();
  });

  it('runs no text of a consumer: an alias is a name, whatever it says', () => {
    const counted = {
      onSubject: () => undefined,
      listed: 0,
      roots: 0,
      sites: new Uint8Array(99),
      variables: {},
    };
    for (const alias of ['return', 'v', 'masks', 'hasOwnProperty', '__defineGetter__']) {
      const shape = compileCleanShaper(inputFor(`{ ${alias}: count }`));
      expect(JSON.stringify(shape?.shape(JSON.parse(`{"${alias}":1}`), counted))).toBe(`{"${alias}":1}`);
    }
    expect(compileCleanShaper(inputFor('{ __proto__: count }'))).toBeNull();
  });
});
