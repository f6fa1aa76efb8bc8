import { buildSchema, execute, getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createIntrospection } from '../../../gateway/broker/introspection/index.ts';

const schema = buildSchema(`
  "所有 everything"
  schema { query: Root mutation: Change }
  directive @mark(text: String = "a\\"b", at: [Place!]) repeatable on FIELD | OBJECT
  interface Named { name: String! }
  enum Place { HERE "gone" THERE @deprecated(reason: "moved") }
  scalar Day @specifiedBy(url: "https://example.com/day")
  union Thing = Person | Firm
  input Filter { name: String = "x" old: Int @deprecated place: [Place!] = [HERE] }
  input One @oneOf { a: Int b: Int }
  type Person implements Named { name: String! friends(first: Int = 3, filter: Filter, old: Int @deprecated): [[Person!]!]! born: Day was: Int @deprecated(reason: "no") }
  type Firm implements Named { name: String! owner: Thing }
  type Root implements Named { name: String! person(id: ID!, one: One): Person firm: Firm }
  type Change { set: Int }
`);
const introspection = createIntrospection(schema);
const tell = (query: string, variables = {}) => introspection.prepare(parse(query))(variables);

describe('what is asked of the schema', () => {
  it.each([
    [
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ],
    [getIntrospectionQuery({ descriptions: false })],
    ['{ __typename a: __typename __type(name: "Nobody") { name } __schema { __typename } }'],
    [
      '{ __type(name: "Person") { fields { name } fields(includeDeprecated: true) { name } } }'.replace(
        'fields(',
        'all: fields(',
      ),
    ],
    [
      '{ __type(name: "Person") { ...A ...B } } fragment A on __Type { fields { name } } fragment B on __Type { fields { type { kind } args(includeDeprecated: true) { defaultValue } } ... on __Type { interfaces { possibleTypes { name } } } }',
    ],
    [
      '{ ...R ... on Named { n: __typename } ... on Root { __type(name: "Place") { enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } } } fragment R on Root { __schema { directives { name isRepeatable locations args { name defaultValue } } } }',
    ],
    [
      'query ($in: Boolean = false, $name: String = "Firm") { __type(name: $name) { name @skip(if: $in) kind @include(if: $in) ofType { name } inputFields { name } } }',
    ],
    [
      '{ __type(name: "One") { isOneOf inputFields { name type { name } } } day: __type(name: "Day") { specifiedByURL } thing: __type(name: "Thing") { possibleTypes { name interfaces { name } } } }',
    ],
    [
      '{ __type(name: "Root") { fields { type { fields { type { fields { type { name ofType { ofType { kind } } } } } } } } } }',
    ],
  ])('is answered as the reference implementation does: %s', async (query) => {
    // Defaults are in the values already.
    const told = await tell(query, { in: false, name: 'Firm' });
    const expected = await execute({ schema, document: parse(query) });
    expect(told.ok && told.data.toString()).toBe(JSON.stringify(expected.data));
  });

  it('depends on variables, also when it has been asked before', async () => {
    const query =
      'query ($name: String!, $in: Boolean!) { __type(name: $name) { name kind @include(if: $in) } }';
    for (const variables of [
      { name: 'Firm', in: true },
      { name: 'Firm', in: false },
      { name: 'Day', in: true },
    ]) {
      const told = await tell(query, variables);
      const expected = await execute({ schema, document: parse(query), variableValues: variables });
      expect(told.ok && told.data.toString()).toBe(JSON.stringify(expected.data));
    }
  });

  it('is refused when the answer would be longer than there is to tell, without writing it', async () => {
    const types = (inner: string): string => `fields { type { ofType { ${inner} } ${inner} } }`;
    const query = `{ ${Array.from({ length: 400 }, (_, index) => `a${index}: __schema { types { name ${'description '.repeat(2)} fields { ...F } } }`).join(' ')} }
      fragment F on __Field { name type { ${types(types(types('name')))} } }`;
    const start = performance.now();
    const told = await tell(query);
    expect(told.ok ? '' : told.failure.code).toBe('OPERATION_TOO_COMPLEX');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('is not waited for by everything else', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    let isDone = false;
    setImmediate(count);
    const big = Array.from({ length: 60 }, (_, index) => `a${index}: __schema { types { ...T } }`).join(' ');
    await tell(
      `{ ${big} } fragment T on __Type { name fields { name type { name fields { name args { name } type { name } } } } }`,
    );
    isDone = true;
    expect(turns).toBeGreaterThan(2);
  });
});
