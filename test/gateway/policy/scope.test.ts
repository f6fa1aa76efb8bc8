import { buildSchema, GraphQLInt, type GraphQLLeafType, GraphQLString, isLeafType } from 'graphql';
import { expect, test } from 'vitest';
import {
  checkScope,
  createPolicy,
  type Grant,
  grantToCedar,
  holds,
  ScopeConditionEntry,
} from '../../../gateway/policy/index.ts';
import type { SharingRule } from '../../../gateway/registry/index.ts';
import {
  type Coordinate,
  type DepartmentCode,
  type GrantId,
  type RowCondition,
  type ScopeCondition,
  USES,
} from '../../../gateway/words.ts';

const department = '11990101MB0000011A' as DepartmentCode;
const NOW = Date.parse('2026-06-01T00:00:00+08:00');
const region = (operator: RowCondition['operator'], ...values: RowCondition['values'][number][]) => ({
  coordinate: 'Person.residenceRegion' as Coordinate,
  operator,
  values,
});

function grant(id: string, more: Partial<Grant> = {}): Grant {
  return {
    id: id as GrantId,
    department,
    coordinates: ['Person.phone'],
    uses: ['ADMINISTRATIVE_BASIS'],
    validFrom: NOW - 1_000,
    validUntil: NOW + 1_000,
    scope: [],
    masks: new Map(),
    quotaPerDay: null,
    contact: null,
    ...more,
  };
}

const PHONE: SharingRule = {
  coordinate: 'Person.phone' as Coordinate,
  class: 'CONDITIONAL',
  classified: true,
  purposes: new Set(USES),
  matchOnly: new Set(),
  masks: new Map(),
  zones: new Set(),
  provider: { code: department, name: 'p' },
  requires: [],
};

function entitle(grants: readonly Grant[], exhausted: readonly string[] = []) {
  const source = { current: () => grants, onChange: () => () => undefined, close: () => undefined };
  const policy = createPolicy({ folder: 'policies', grants: source, zone: 'EXTRANET', now: () => NOW });
  const principal = {
    department,
    departmentName: 'x',
    roles: ['CONSUMER'],
    operator: 'y',
    zone: 'EXTRANET',
  } as const;
  return policy.entitle(principal, 'ADMINISTRATIVE_BASIS', new Set(exhausted as GrantId[]));
}

const scoped = { scope: [region('STARTS_WITH', '99')] };
const mask = (rule: 'PHONE' | 'REDACT') => ({ masks: new Map([['Person.phone', rule]]) });

test.each<[string, Grant[], object]>([
  ['one with a scope', [grant('A', scoped)], { effect: 'SCOPE', alternatives: [{ grant: 'A', mask: null }] }],
  ['with a scope, and another without', [grant('A', scoped), grant('B')], { effect: 'ALLOW', grants: ['B'] }],
  [
    'masked for all, in clear within a scope',
    [grant('A', scoped), grant('B', mask('PHONE'))],
    {
      effect: 'SCOPE',
      alternatives: [
        { grant: 'A', mask: null },
        { grant: 'B', scope: [], mask: 'PHONE' },
      ],
    },
  ],
  ['masked', [grant('A', mask('PHONE'))], { effect: 'MASK', mask: 'PHONE' }],
  [
    'masked, and another in clear',
    [grant('A', mask('PHONE')), grant('B')],
    { effect: 'ALLOW', grants: ['B'] },
  ],
  ['two masks', [grant('A', mask('PHONE')), grant('B', mask('REDACT'))], { effect: 'MASK', mask: 'REDACT' }],
  ['a quota, and another without', [grant('A', { quotaPerDay: 1 }), grant('B')], { grants: ['B'] }],
  [
    'two quotas: one is drawn on',
    [grant('A', { quotaPerDay: 1 }), grant('B', { quotaPerDay: 1 })],
    { grants: ['A'] },
  ],
])('grants together: %s', (_, grants, expected) => {
  expect(entitle(grants).decide(PHONE)).toMatchObject(expected);
});

test('a grant never gives more than the rule: its mask and the rule’s differ, so nothing is shown', () => {
  const rule = { ...PHONE, masks: new Map([['ADMINISTRATIVE_BASIS', 'NAME']] as const) };
  expect(entitle([grant('A', mask('PHONE'))]).decide(rule)).toMatchObject({ effect: 'MASK', mask: 'REDACT' });
  expect(entitle([grant('A')]).decide(rule)).toMatchObject({ effect: 'MASK', mask: 'NAME' });
});

test('a used-up grant gives nothing more, another gives what it gave', () => {
  const quota = grant('A', { quotaPerDay: 5 });
  expect(entitle([quota]).quotas).toEqual(new Map([['A', 5]]));
  expect(entitle([quota], ['A']).decide(PHONE)).toMatchObject({ effect: 'DENY', code: 'QUOTA_EXCEEDED' });
  expect(entitle([quota, grant('B', scoped)], ['A']).decide(PHONE)).toMatchObject({ effect: 'SCOPE' });
});

test('to check a value is decided apart: what may only be checked, and never what is given only masked', () => {
  const matchOnly = {
    ...PHONE,
    purposes: new Set([]),
    matchOnly: new Set(['ADMINISTRATIVE_BASIS'] as const),
  };
  expect(entitle([grant('A')]).decide(matchOnly)).toMatchObject({ code: 'PURPOSE_NOT_ALLOWED' });
  expect(entitle([grant('A')]).decide(matchOnly, 'verify')).toMatchObject({ effect: 'ALLOW', grants: ['A'] });
  expect(entitle([]).decide(matchOnly, 'verify')).toMatchObject({ code: 'GRANT_REQUIRED' });
  expect(entitle([grant('A')]).decide(PHONE, 'verify')).toMatchObject({ effect: 'ALLOW' });
  expect(entitle([grant('A', mask('PHONE'))]).decide(PHONE, 'verify')).toMatchObject({
    code: 'PURPOSE_NOT_ALLOWED',
  });
  const withheld = { ...PHONE, class: 'WITHHELD' } as const;
  expect(entitle([grant('A')]).decide(withheld, 'verify')).toMatchObject({ code: 'WITHHELD' });
});

test('a grant reads as Cedar: its scope, mask and quota are annotations', () => {
  const texts = grantToCedar(grant('A', { ...scoped, quotaPerDay: 9 }), ['Person.phone']);
  expect(texts['grant:A']).toContain(String.raw`@scope("Person.residenceRegion STARTS_WITH \"99\"")`);
  expect(texts['grant:A']).toContain('@quota("9/day")');
  expect(Object.keys(grantToCedar(grant('A', mask('PHONE')), ['Person.phone']))).toEqual([
    'grant:A:mask:PHONE',
  ]);
});

test('changed limits make another entitlement', () => {
  const keys = [{}, scoped, mask('PHONE'), { quotaPerDay: 1 }].map((more) => entitle([grant('A', more)]).key);
  expect(new Set([...keys, entitle([grant('A', { quotaPerDay: 1 })], ['A']).key]).size).toBe(5);
});

const SCHEMA = buildSchema(`
  type Query { person: Person  size: Int }
  scalar Date
  enum Gender { MALE FEMALE }
  type Person { idNumber: ID! residenceRegion: String! gender: Gender born: Date age: Int alive: Boolean
    phone: String spouse: Person tags: [String] calls(year: Int): Int secret: String }
  type Property { unit: ID! area: Float }`);
const INDEX = {
  rule: (coordinate: string): SharingRule => ({
    ...PHONE,
    coordinate: coordinate as Coordinate,
    classified: !coordinate.endsWith('secret'),
    ...(coordinate === 'Person.idNumber' && { subject: 'PERSON' as const }),
  }),
};
const leaf = (name: string): GraphQLLeafType => {
  const type = SCHEMA.getType(name);
  if (!isLeafType(type)) throw new Error(name);
  return type;
};

test.each<[string, string[], object]>([
  ['a text', ['Person.phone'], region('STARTS_WITH', '99')],
  ['an enumeration', ['Person.*'], { ...region('IN', 'MALE'), coordinate: 'Person.gender' }],
  ['a date', ['Person.phone'], { ...region('AT_LEAST', '1990-01-01'), coordinate: 'Person.born' }],
  ['a number', ['Person.phone'], { ...region('AT_MOST', 60), coordinate: 'Person.age' }],
  ['a truth value', ['Person.phone'], { ...region('EQUALS', true), coordinate: 'Person.alive' }],
  ['the subjects of the matter', ['Person.phone'], { subjectsOf: 'MATTER' }],
])('a scope can be signed: %s', (_, coordinates, condition) => {
  const scope = [ScopeConditionEntry.parse(condition)];
  expect(checkScope(SCHEMA, INDEX, { coordinates, scope, masks: new Map() })).toEqual([]);
});

test.each<[string, string[], object]>([
  [
    'an item that does not exist',
    ['Person.phone'],
    { ...region('EQUALS', '1'), coordinate: 'Person.region' },
  ],
  ['a type that does not exist', ['Person.phone'], { ...region('EQUALS', '1'), coordinate: 'Man.region' }],
  ['an item of no class', ['Person.phone'], { ...region('EQUALS', '1'), coordinate: 'Person.secret' }],
  ['a field of another type', ['Property.area'], region('EQUALS', '990101')],
  ['items of several types', ['Person.phone', 'Property.area'], region('EQUALS', '990101')],
  ['a number for a text', ['Person.phone'], region('EQUALS', 990101)],
  ['a text for a number', ['Person.phone'], { ...region('EQUALS', '60'), coordinate: 'Person.age' }],
  ['a fraction for an integer', ['Person.phone'], { ...region('EQUALS', 1.5), coordinate: 'Person.age' }],
  ['an order of texts', ['Person.phone'], region('AT_LEAST', '99')],
  ['a date that is none', ['Person.phone'], { ...region('AT_LEAST', 'May'), coordinate: 'Person.born' }],
  ['an unknown value', ['Person.phone'], { ...region('EQUALS', 'X'), coordinate: 'Person.gender' }],
  ['a prefix of a value', ['Person.phone'], { ...region('STARTS_WITH', 'M'), coordinate: 'Person.gender' }],
  ['an object', ['Person.phone'], { ...region('EQUALS', '1'), coordinate: 'Person.spouse' }],
  ['a list', ['Person.phone'], { ...region('EQUALS', '1'), coordinate: 'Person.tags' }],
  ['a field with arguments', ['Person.phone'], { ...region('EQUALS', 1), coordinate: 'Person.calls' }],
  ['a root field', ['Query.size'], { ...region('EQUALS', 1), coordinate: 'Query.size' }],
  ['records without a subject', ['Property.area'], { subjectsOf: 'MATTER' }],
])('a scope is refused at signing: %s', (_, coordinates, condition) => {
  const scope = [ScopeConditionEntry.parse(condition)];
  const [fault] = checkScope(SCHEMA, INDEX, { coordinates, scope, masks: new Map() });
  expect(fault).toMatchObject({ about: expect.any(String), 'zh-CN': /./, en: /./ });
});

test.each<object>([
  region('EQUALS', '1', '2'),
  region('STARTS_WITH', ''),
  { coordinate: 'Person.spouse.phone', operator: 'EQUALS', values: ['1'] },
  { coordinate: 'Person.phone', operator: 'MATCHES', values: ['.*'] },
  { subjectsOf: 'EVERYTHING' },
])('a condition that is not one cannot be written: %j', (condition) => {
  expect(ScopeConditionEntry.safeParse(condition).success).toBe(false);
});

test('only granted text can be masked', () => {
  const faultsOf = (coordinate: string) =>
    checkScope(SCHEMA, INDEX, {
      coordinates: ['Person.*'],
      scope: [],
      masks: new Map([[coordinate, 'REDACT' as const]]),
    });
  expect(faultsOf('Person.phone')).toEqual([]);
  for (const one of ['Person.age', 'Person.spouse', 'Property.unit', 'Person.nothing'])
    expect(faultsOf(one)).toHaveLength(1);
});

test.each<[ScopeCondition & RowCondition, GraphQLLeafType, unknown, boolean]>([
  [region('STARTS_WITH', '4301', '9901'), GraphQLString, '990101', true],
  [region('STARTS_WITH', '9901'), GraphQLString, '99', false],
  [region('EQUALS', '990101'), GraphQLString, '990101 ', false],
  [region('EQUALS', '990101'), GraphQLString, 990101, false],
  [region('EQUALS', '990101'), GraphQLString, null, false],
  [region('EQUALS', '990101'), GraphQLString, undefined, false],
  [region('EQUALS', '990101'), GraphQLString, ['990101'], false],
  [region('EQUALS', '12'), leaf('ID'), 12, true],
  [region('AT_LEAST', 18), GraphQLInt, 18, true],
  [region('AT_LEAST', 18), GraphQLInt, Number.NaN, false],
  [region('AT_MOST', '1990-12-31'), leaf('Date'), '1990-12-31', true],
  [region('AT_MOST', '1990-12-31'), leaf('Date'), '1990-12-31T00:00:00Z', false],
  [region('AT_MOST', '1990-12-31'), leaf('Date'), '', false],
])('%j holds for %s %j: %s', (condition, type, value, expected) => {
  expect(holds(condition, type, value)).toBe(expected);
});
