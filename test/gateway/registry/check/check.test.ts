import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../gateway/files.ts';
import { type CheckInput, checkSubgraph, mismatchFinding } from '../../../../gateway/registry/check/index.ts';
import type { Subgraph } from '../../../../gateway/registry/index.ts';
import { publish } from '../../../../gateway/registry/publish.ts';

const specification = readFileSync(join(projectRoot(), 'schema/sharing.graphql'), 'utf8');
const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires",
    "@override", "@context", "@fromContext"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item", "@mask", "@authoritative"])
`;
const RESOURCE = (
  more = '',
) => `@resource(name: "资源", classification: "1/人口", abstract: "摘要", format: DATABASE,
  methods: [ONLINE_QUERY], updatePeriod: DAILY ${more})`;
const ITEM = (more = '') => `@item(name: "项", type: C, length: 10 ${more})`;

const subgraph = (name: string, sdl: string, code = name): Subgraph => ({
  name,
  url: 'http://provider.example/',
  sdl: LINKS + sdl,
  provider: { code: code as Subgraph['provider']['code'], name: `${code} department` },
});

const PEOPLE = `
  type Query { person(id: ID! @sharing(as: "Person.id")): Person @sharing(class: UNCONDITIONAL) }
  type Person @key(fields: "id") ${RESOURCE('base: POPULATION')} {
    id: ID! @sharing(class: UNCONDITIONAL) ${ITEM('basic: true')}
    name: String @sharing(class: UNCONDITIONAL) ${ITEM('basic: true')}
    phone: String @sharing(class: CONDITIONAL) ${ITEM()}
    photo: String @sharing(class: WITHHELD, basis: "某法第一条") ${ITEM()}
  }`;
const people = subgraph('people', PEOPLE);

function check(candidate: Subgraph, more: Partial<CheckInput> = {}) {
  return checkSubgraph({
    candidate,
    live: [people],
    specification,
    operations: [],
    isGranted: () => false,
    ...more,
  });
}
const brief = (found: ReturnType<typeof check>) => found.map(({ code, coordinate }) => [code, coordinate]);
/** The people subgraph, changed. */
const changed = (from: string | RegExp, to: string): Subgraph => {
  const sdl = PEOPLE.replace(from, to);
  if (sdl === PEOPLE) throw new Error(`${from} is not in the schema`);
  return subgraph('people', sdl);
};
const OTHER = `type Query { other: Int @sharing(class: UNCONDITIONAL) }`;

describe('a subgraph that keeps the rules', () => {
  it('is clean', () => {
    expect(check(people)).toEqual([]);
    expect(check(subgraph('other', OTHER))).toEqual([]);
  });
});

describe('what federation’s libraries print of their own', () => {
  const printed = `
    scalar _Any
    scalar link__Import
    enum link__Purpose { SECURITY EXECUTION }
    union _Entity = Person
    type _Service { sdl: String }
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }`;

  it('is no part of what a department shares', () => {
    expect(check(subgraph('people', PEOPLE + printed))).toEqual([]);
    const alone = subgraph('other', 'type Query { _service: _Service! } type _Service { sdl: String }');
    expect(brief(check(alone)).filter(([code]) => code === 'UNCLASSIFIED')).toEqual([]);
  });

  it('hides nothing: what is only named like it is classified', () => {
    const more =
      'type Query { _other: _Servant @sharing(class: UNCONDITIONAL) } type _Servant { sdl: String }';
    expect(brief(check(subgraph('other', more)))).toContainEqual(['UNCLASSIFIED', '_Servant.sdl']);
  });

  it('is no difference between what is published and what runs', () => {
    expect(mismatchFinding(LINKS + PEOPLE, LINKS + PEOPLE + printed)).toBeNull();
    expect(
      mismatchFinding(LINKS + PEOPLE, LINKS + PEOPLE + printed.replace('_service:', '_more:')),
    ).not.toBeNull();
  });
});

describe('@semanticNonNull', () => {
  it('is told to consumers where every subgraph that answers for a field says so', () => {
    const marked = PEOPLE.replace('name: String', 'name: String @semanticNonNull');
    const directive = 'directive @semanticNonNull(levels: [Int] = [0]) on FIELD_DEFINITION';
    const result = publish([subgraph('people', directive + marked)], specification);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const person = result.publication.schema.getType('Person');
    const descriptionOf = (field: string) => isObjectType(person) && person.getFields()[field]?.description;
    expect(descriptionOf('name')).toContain('semantic non-null');
    expect(descriptionOf('phone')).not.toContain('semantic non-null');
  });
});

describe('a subgraph that breaks a rule', () => {
  it.each<[string, Subgraph, readonly (readonly [string, string | null])[]]>([
    [
      'a field without a class',
      changed('phone: String @sharing(class: CONDITIONAL)', 'phone: String'),
      [['UNCLASSIFIED', 'Person.phone']],
    ],
    [
      'an argument without a class',
      changed(' @sharing(as: "Person.id")', ''),
      [['UNCLASSIFIED', 'Query.person(id:)']],
    ],
    [
      'withholding without a basis',
      changed(', basis: "某法第一条"', ''),
      [['WITHHELD_WITHOUT_BASIS', 'Person.photo']],
    ],
    [
      'withholding with a blank basis',
      changed('某法第一条', '  '),
      [['WITHHELD_WITHOUT_BASIS', 'Person.photo']],
    ],
    [
      'a basic item that is conditional',
      changed('name: String @sharing(class: UNCONDITIONAL)', 'name: String @sharing(class: CONDITIONAL)'),
      [
        ['BASE_ITEM_NOT_UNCONDITIONAL', 'Person.name'],
        ['CLASS_CHANGED_WITHOUT_REASON', 'Person.name'],
      ],
    ],
    [
      'a basic item for some uses only',
      changed(
        'name: String @sharing(class: UNCONDITIONAL)',
        'name: String @sharing(class: UNCONDITIONAL, purposes: [WORK_REFERENCE])',
      ),
      [['BASE_ITEM_NOT_UNCONDITIONAL', 'Person.name']],
    ],
    ['an entry without an abstract', changed('abstract: "摘要",', ''), [['CATALOGUE_INCOMPLETE', 'Person']]],
    [
      'an entry with a blank name',
      changed('name: "资源"', 'name: " "'),
      [['CATALOGUE_INCOMPLETE', 'Person']],
    ],
    ['no entry at all', changed(RESOURCE('base: POPULATION'), ''), [['CATALOGUE_INCOMPLETE', 'Person']]],
    [
      'a field that is no item',
      changed(
        `phone: String @sharing(class: CONDITIONAL) ${ITEM()}`,
        'phone: String @sharing(class: CONDITIONAL)',
      ),
      [['CATALOGUE_INCOMPLETE', 'Person.phone']],
    ],
    [
      'a class that is loosened',
      changed('phone: String @sharing(class: CONDITIONAL)', 'phone: String @sharing(class: UNCONDITIONAL)'),
      [['CLASS_CHANGED_WITHOUT_REASON', 'Person.phone']],
    ],
    ['a reserved name', subgraph('gateway', OTHER), [['RESERVED_NAME', null]]],
    ['a name in look-alike letters', subgraph('реоple', OTHER), [['RESERVED_NAME', null]]],
    [
      'another department’s name',
      { ...subgraph('people', PEOPLE, 'stranger'), name: 'people' },
      [['RESERVED_NAME', null]],
    ],
    [
      'a type that belongs to @purpose',
      subgraph(
        'other',
        `${OTHER} enum Use @sharing(class: UNCONDITIONAL) { A } extend type Query { use: Use @sharing(class: UNCONDITIONAL) }`,
      ),
      [['RESERVED_NAME', null]],
    ],
    ['SDL that does not parse', subgraph('other', 'type Query {'), [['COMPOSITION_ERROR', null]]],
    [
      'SDL that does not compose',
      subgraph('other', `${OTHER} type A { b: Missing @sharing(class: UNCONDITIONAL) }`),
      [['COMPOSITION_ERROR', null]],
    ],
    [
      'an input field that tests a stricter item',
      subgraph(
        'people',
        `${PEOPLE} extend type Query { people(filter: F @sharing(class: UNCONDITIONAL)): [Person!] @sharing(class: UNCONDITIONAL) } input F { phone: String @sharing(class: UNCONDITIONAL) }`,
      ),
      [['FILTER_ORACLE', 'F.phone']],
    ],
    [
      'an argument that tests part of a stricter item',
      subgraph(
        'people',
        `${PEOPLE} extend type Query { people(phoneStartsWith: String @sharing(class: UNCONDITIONAL)): [Person!] @sharing(class: UNCONDITIONAL) }`,
      ),
      [['FILTER_ORACLE', 'Query.people(phoneStartsWith:)']],
    ],
    [
      'an argument that names another item',
      subgraph(
        'people',
        `${PEOPLE} extend type Query { people(phone: String @sharing(as: "Person.name")): [Person!] @sharing(class: UNCONDITIONAL) }`,
      ),
      [['FILTER_ORACLE', 'Query.people(phone:)']],
    ],
    [
      'an argument that names nothing',
      subgraph(
        'people',
        `${PEOPLE} extend type Query { people(phone: String @sharing(as: "Person.fone")): [Person!] @sharing(class: UNCONDITIONAL) }`,
      ),
      [['FILTER_ORACLE', 'Query.people(phone:)']],
    ],
    [
      'a second source',
      subgraph(
        'other',
        `type Person @key(fields: "id") ${RESOURCE()} { id: ID! name: String @sharing(class: UNCONDITIONAL) ${ITEM()} }`,
      ),
      [['SEVERAL_SOURCES', 'Person.name']],
    ],
  ])('is told of %s', (_, candidate, expected) => {
    expect(brief(check(candidate))).toEqual(expected);
  });

  it('is told of a filter over a connection', () => {
    const sdl = `${PEOPLE} extend type Query { list(photo: String @sharing(class: UNCONDITIONAL)): PersonConnection @sharing(class: UNCONDITIONAL) }
      type PersonConnection @sharing(class: UNCONDITIONAL) { edges: [PersonEdge] } type PersonEdge @sharing(class: UNCONDITIONAL) { node: Person }`;
    expect(brief(check(subgraph('people', sdl)))).toEqual([['FILTER_ORACLE', 'Query.list(photo:)']]);
  });

  it('is told of a shared item without, or with two, authoritative sources', () => {
    const shared = (mark: string) =>
      `name: String @shareable ${mark} @sharing(class: UNCONDITIONAL) ${ITEM()}`;
    const other = (mark = '') =>
      subgraph('other', `type Person @key(fields: "id") ${RESOURCE()} { id: ID! ${shared(mark)} }`);
    const source = (mark = '') => changed(/name: String @sharing.*/, shared(mark));
    const live = (mark = '') => ({ live: [source(mark)] });
    expect(brief(check(other(), live()))).toEqual([['NO_AUTHORITATIVE_SOURCE', 'Person.name']]);
    expect(brief(check(other(), live('@authoritative')))).toEqual([]);
    expect(brief(check(other('@authoritative'), live('@authoritative')))).toEqual([
      ['NO_AUTHORITATIVE_SOURCE', 'Person.name'],
    ]);
  });

  it('is told of what it computes from another department’s item without a grant', () => {
    const sdl = `type Person @key(fields: "id") ${RESOURCE()} { id: ID! phone: String @external
      callable: Boolean @requires(fields: "phone") @sharing(class: UNCONDITIONAL) @item(name: "可联系", type: L) }`;
    const other = subgraph('other', sdl);
    expect(brief(check(other))).toEqual([['REQUIRES_WITHOUT_GRANT', 'Person.callable']]);
    expect(check(other, { isGranted: (coordinate) => coordinate === 'Person.phone' })).toEqual([]);
    expect(check(subgraph('other', sdl, 'people'))).toEqual([]);
  });

  const U = '@sharing(class: UNCONDITIONAL)';
  const own = `own: String ${U} ${ITEM()}`;
  it.each<[string, string, string]>([
    ['a key', `type Person @key(fields: "phone") ${RESOURCE()} { phone: String @external ${own} }`, 'Person'],
    [
      'one key of two, on an extension',
      `type Person @key(fields: "id") ${RESOURCE()} { id: ID! phone: String @external ${own} } extend type Person @key(fields: "id phone")`,
      'Person',
    ],
    [
      'a nested key',
      `type Query { box: Box ${U} } type Box @key(fields: "{ who { phone } }") ${RESOURCE()} { who: Person ${U} ${ITEM()} }
        type Person @key(fields: "id") { id: ID! phone: String @external }`,
      'Box',
    ],
    [
      'an interface whose fields it calls free',
      `interface Loose ${U} { phone: String } type Person implements Loose @key(fields: "id") ${RESOURCE()} {
        id: ID! phone: String @external who: Loose ${U} ${ITEM()} }
      type Box @key(fields: "id") ${RESOURCE()} { id: ID! ${U} ${ITEM()} who: Loose @external taken: String @requires(fields: "who { phone }") ${U} ${ITEM()} }`,
      'Box.taken',
    ],
    [
      'a context',
      `type Person @key(fields: "id") @context(name: "person") ${RESOURCE()} { id: ID! phone: String @external notes: [Note!] ${U} ${ITEM()} }
      type Note @key(fields: "id") ${RESOURCE()} { id: ID! ${U} ${ITEM()} text(phone: String @fromContext(field: "$person { phone }") ${U}): String ${U} ${ITEM()} }`,
      'Note.text',
    ],
    [
      'an argument, nested in an input',
      `type Query { find(where: Where ${U}): Int ${U} } input Where { number: String @sharing(as: "Person.phone") and: [Where!] ${U} }`,
      'Query.find(where:)',
    ],
  ])('is told of what it is sent without a grant, as %s', (_, sdl, coordinate) => {
    const told = (code: string, granted: boolean) =>
      brief(
        check(subgraph('other', sdl, code), { isGranted: (one) => granted && one === 'Person.phone' }),
      ).filter(([finding]) => finding === 'REQUIRES_WITHOUT_GRANT');
    expect(told('other', false)).toContainEqual(['REQUIRES_WITHOUT_GRANT', coordinate]);
    expect(told('other', true)).toEqual([]);
    expect(told('people', false)).toEqual([]);
  });

  it('is told when it claims a key that another department has as its item, and neither is the source', () => {
    const claim = (more: string) =>
      subgraph(
        'other',
        `type Person @key(fields: "id") ${RESOURCE()} { id: ID! ${U} ${ITEM()} ${more} ${own} }`,
      );
    expect(brief(check(claim('')))).toEqual([['NO_AUTHORITATIVE_SOURCE', 'Person.id']]);
    const source = changed(ITEM('basic: true'), `${ITEM('basic: true')} @authoritative`);
    expect(check(claim(''), { live: [source] })).toEqual([]);
    expect(brief(check(claim('@authoritative'), { live: [source] }))).toEqual([
      ['NO_AUTHORITATIVE_SOURCE', 'Person.id'],
    ]);
    const repeated = subgraph(
      'other',
      `type Person @key(fields: "id") ${RESOURCE()} { id: ID! ${U} ${own} }`,
    );
    expect(check(repeated)).toEqual([]);
  });

  it('does not make a key of what stands in one only by its letters, nor of a root field', () => {
    const taking = (key: string) =>
      subgraph(
        'other',
        `type Query @key(fields: "${key}", resolvable: false) { box: Box ${U} person(id: ID! ${U}): Person ${U} }
        type Box { person: Int ${U} } type Person @key(fields: "id", resolvable: false) { id: ID! }`,
      );
    for (const key of ['box { person }', 'box', '{ box { person } }'])
      expect(brief(check(taking(key)))).toContainEqual(['SEVERAL_SOURCES', 'Query.person']);
    const renamed = `schema { query: Root } type Root @key(fields: "name", resolvable: false) { person(id: ID! ${U}): Person ${U} name: Int ${U} } type Person @key(fields: "id", resolvable: false) { id: ID! }`;
    expect(brief(check(subgraph('other', renamed)))).toContainEqual(['SEVERAL_SOURCES', 'Query.person']);
    const items = `type Person @key(fields: "id name", resolvable: false) { id: ID! name: String @override(from: "people") }`;
    expect(brief(check(subgraph('other', items)))).toContainEqual(['UNCLASSIFIED', 'Person.name']);
  });

  it('is told which operations of whom would break, unless it is forced', () => {
    const text = 'query { person(id: "1") { phone } }';
    const candidate = changed(/phone: String .*/, '');
    const operations = [
      { text, name: null, departments: [{ code: 'edu', name: '教育局' }] },
      { text: '{ person(id: "1") { name } }', name: null, departments: [] },
      { text: '{ person(id: "1") { brokenBefore } }', name: null, departments: [] },
    ];
    const found = check(candidate, { operations });
    expect(brief(found)).toEqual([['BREAKS_OPERATIONS', null]]);
    expect(found[0]?.message).toContain('教育局');
    expect(check(candidate, { operations, reason: '职责调整' })).toHaveLength(1);
    expect(check(candidate, { operations, isForced: true })).toEqual([]);
  });

  it('is told everything at once, with the article and what to do', () => {
    const worst = subgraph(
      'people',
      PEOPLE.replace(', basis: "某法第一条"', '')
        .replace('name: String @sharing(class: UNCONDITIONAL)', 'name: String')
        .replace('abstract: "摘要",', ''),
    );
    const found = check(worst);
    expect(new Set(found.map((one) => one.code))).toEqual(
      new Set([
        'WITHHELD_WITHOUT_BASIS',
        'UNCLASSIFIED',
        'BASE_ITEM_NOT_UNCONDITIONAL',
        'CATALOGUE_INCOMPLETE',
      ]),
    );
    for (const { article, message } of found) {
      expect(article).toMatch(/^Art\. \d+/);
      expect(message).toMatch(/\p{Script=Han}.*[A-Za-z]/u);
    }
  });
});

describe('SDL that is made to harm', () => {
  it.each([
    ['deep nesting', `type Query { a(b: Int = ${'['.repeat(100_000)}): Int }`],
    ['10 MB', `# ${'x'.repeat(10_000_000)}`],
    [
      'thousands of types',
      Array.from({ length: 5_000 }, (_, index) => `type T${index} { a: Int }`).join('\n'),
    ],
    ['millions of tokens', `type Query { ${'a: Int '.repeat(110_000)} }`],
    ['names in look-alike letters', 'type Рerson { a: Int }'],
    ['nothing', ''],
  ])('(%s) is refused, clearly and soon', (_, sdl) => {
    const found = checkSubgraph({
      candidate: { ...subgraph('bomb', ''), sdl },
      live: [people],
      specification,
      operations: [],
      isGranted: () => false,
    });
    if (sdl !== '') expect(found.map((one) => one.code)).toContain('COMPOSITION_ERROR');
  });
});
