import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { pagingOf } from '../../../../gateway/broker/paging/shapes.ts';
import { compileScanner } from '../../../../gateway/broker/shape/scan.ts';
import { compileShaper, type ShaperInput } from '../../../../gateway/broker/shape/shaper.ts';

const schema = buildSchema(`
  type Query { people: [Person!]! one: Person count: Int grid: [[Int]!] any: Any holder: Holder }
  type Person { id: ID! name: String age: Int height: Float alive: Boolean! gender: Gender friends: [Person] }
  enum Gender { MALE FEMALE }
  union Holder = Person
  scalar Any
`);

function inputFor(query: string, guarded: Partial<ShaperInput['guarded']> = {}): ShaperInput {
  return {
    schema,
    document: parse(query),
    guarded: { denied: new Map(), masked: new Map(), deniedValues: new Map(), ...guarded },
    subjects: new Map(),
    behind: new Map(),
    paging: pagingOf(schema),
    conditions: new Map(),
    providerOf: () => 'provider',
    maskFor: () => (value) => value,
    keyOf: (node) => node.alias?.value ?? node.name.value,
  };
}

const QUERY = `{ people { __typename id name age height alive gender friends { id } } count grid any }`;
const person = fc.record({
  __typename: fc.constant('Person'),
  id: fc.string({ unit: 'grapheme' }),
  name: fc.option(fc.string({ unit: 'binary' })),
  age: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  height: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  alive: fc.boolean(),
  gender: fc.option(fc.constantFrom('MALE', 'FEMALE')),
  friends: fc.option(fc.array(fc.option(fc.record({ id: fc.string() })))),
});
const answer = fc.record({
  people: fc.array(person, { maxLength: 4 }),
  count: fc.option(fc.nat()),
  grid: fc.option(fc.array(fc.array(fc.option(fc.nat())))),
  any: fc.option(fc.oneof(fc.string(), fc.boolean(), fc.nat())),
});

/** What parsing, shaping and writing makes of an answer; null when it is not clean. */
function byParsing(body: Buffer): string | null {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (parsed === null || typeof parsed !== 'object' || Object.keys(parsed).join() !== 'data') return null;
  if (parsed.data === null || typeof parsed.data !== 'object' || Array.isArray(parsed.data)) return null;
  const shaping = { failures: [], reported: [], onSubject: () => undefined, listed: 0, roots: 0, given: [] };
  const tree = compileShaper(inputFor(QUERY))(parsed.data as Record<string, unknown>, shaping);
  return shaping.failures.length === 0 ? JSON.stringify(tree) : null;
}

const scan = compileScanner(inputFor(QUERY))?.scan;
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify({ data: value }));

describe('an answer that passes as bytes', () => {
  it('is taken when it is what shaping would have made', () => {
    let taken = 0;
    fc.assert(
      fc.property(answer, (value) => {
        const body = bytesOf(value);
        const passed = scan?.(body);
        if (!passed) return;
        taken++;
        expect(passed.data.toString()).toBe(JSON.stringify(value));
        expect(passed.rows).toBe(value.people.length + (value.grid?.length ?? 0) || 0);
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('never says anything else than parsing and shaping, whatever is done to the bytes', () => {
    const tampering = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 4 }),
      insert: fc.string({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(answer, fc.array(tampering, { maxLength: 2 }), (value, steps) => {
        let body = bytesOf(value);
        for (const { at, remove, insert } of steps) {
          const start = at % body.length;
          body = Buffer.concat([body.subarray(0, start), Buffer.from(insert), body.subarray(start + remove)]);
        }
        const passed = scan?.(body);
        if (passed) expect(JSON.stringify(JSON.parse(passed.data.toString()))).toBe(byParsing(body));
      }),
      { numRuns: 3_000 },
    );
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['a key too many', '{ count }', '{"data":{"count":1,"name":"x"}}'],
    ['a key too few', '{ count any }', '{"data":{"count":1}}'],
    ['a key twice', '{ count }', '{"data":{"count":1,"count":2}}'],
    ['another order', '{ count any }', '{"data":{"any":1,"count":1}}'],
    ['errors beside the data', '{ count }', '{"data":{"count":1},"errors":[]}'],
    ['something behind it', '{ count }', '{"data":{"count":1}}}'],
    ['an integer that is too large', '{ count }', '{"data":{"count":2147483648}}'],
    ['an integer with leading zeros', '{ count }', '{"data":{"count":01}}'],
    ['a fraction for an integer', '{ count }', '{"data":{"count":1.5}}'],
    ['a null that may not be', '{ people { id } }', '{"data":{"people":null}}'],
    ['a null item that may not be', '{ people { id } }', '{"data":{"people":[null]}}'],
    ['an unknown enum value', '{ one { gender } }', '{"data":{"one":{"gender":"OTHER"}}}'],
    ['another type', '{ one { __typename } }', '{"data":{"one":{"__typename":"Query"}}}'],
    ['a control character', '{ one { name } }', '{"data":{"one":{"name":"a\u0001"}}}'],
    ['an unfinished escape', '{ one { name } }', '{"data":{"one":{"name":"\\u12"}}}'],
    ['an object for text', '{ one { name } }', '{"data":{"one":{"name":{}}}}'],
    ['a truncated body', '{ one { name } }', '{"data":{"one":{"name":"a'],
    ['nothing', '{ one { name } }', ''],
  ];
  it.each(wrong)('is refused with %s', (_, query, body) => {
    expect(compileScanner(inputFor(query))?.scan(Buffer.from(body))).toBeNull();
  });

  it('is refused when its text is not UTF-8', () => {
    const body = Buffer.from('{"data":{"one":{"name":"?"}}}');
    body[body.indexOf('?')] = 0xff;
    expect(compileScanner(inputFor('{ one { name } }'))?.scan(body)).toBeNull();
  });

  it('is not looked for where values must be looked at: denials, masks, types by name, introspection', () => {
    const query = '{ one { name } }';
    const input = inputFor(query);
    const operation = input.document.definitions[0];
    const node = operation?.kind === 'OperationDefinition' ? operation.selectionSet.selections[0] : undefined;
    if (node?.kind !== 'Field') throw new Error('no field');
    const denial = { code: 'WITHHELD', details: {} } as const;
    expect(compileScanner(inputFor(query, { denied: new Map([[node, denial]]) }))).toBeNull();
    expect(compileScanner(inputFor(query, { masked: new Map([[node, new Map()]]) }))).toBeNull();
    expect(compileScanner(inputFor('{ holder { __typename } }'))).toBeNull();
    expect(compileScanner(inputFor('{ __schema { queryType { name } } }'))).toBeNull();
  });
});
