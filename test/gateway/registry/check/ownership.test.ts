import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../gateway/files.ts';
import {
  createOwnership,
  type OwnerRow,
  type Ownership,
} from '../../../../gateway/registry/check/ownership/index.ts';
import type { Subgraph } from '../../../../gateway/registry/index.ts';
import { type Prepared, preparePublication } from '../../../../gateway/registry/prepare.ts';
import { createSources } from '../../../../gateway/registry/sources.ts';
import type { DepartmentCode } from '../../../../gateway/words.ts';

const sources = createSources(readFileSync(join(projectRoot(), 'schema/sharing.graphql'), 'utf8'));
const examine = createOwnership(sources);
const ALL =
  '@key,@external,@requires,@provides,@override,@shareable,@inaccessible,@tag,@cost,@listSize,@interfaceObject,@composeDirective'
    .split(',')
    .map((one) => `"${one}"`);
const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${ALL}])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item", "@subject", "@mask", "@authoritative"])
`;

const subgraph = (name: string, sdl: string, code = name): Subgraph => ({
  name,
  url: 'http://provider.example/',
  sdl: LINKS + sdl,
  provider: { code: code as DepartmentCode, name: `${code} department` },
});

const people = (more = '', { person = '', root = '' } = {}): Subgraph =>
  subgraph(
    'people',
    `type Query {
      person(id: ID! @sharing(as: "Person.id")): Person @sharing(class: UNCONDITIONAL)
      people(filter: Filter @sharing(class: UNCONDITIONAL)): People @sharing(class: UNCONDITIONAL)
      page(first: Int = 20 @sharing(class: UNCONDITIONAL)): Page @shareable @sharing(class: UNCONDITIONAL)
      anybody: Subject @sharing(class: UNCONDITIONAL)
      ${root}
    }
    type People @sharing(class: UNCONDITIONAL) { nodes: [Person] }
    type Page @shareable @sharing(class: UNCONDITIONAL) { more: Boolean! }
    input Filter { phone: String @sharing(as: "Person.phone") name: String @sharing(as: "Person.name") }
    enum Status @sharing(class: UNCONDITIONAL) { SINGLE MARRIED }
    enum Order @sharing(class: UNCONDITIONAL) { UP DOWN }
    scalar Day
    interface Subject @sharing(class: UNCONDITIONAL) { title: String }
    union Holder = Person | Firm
    type Firm @key(fields: "code") @sharing(class: UNCONDITIONAL) { code: ID! holder: Holder }
    "A person"
    type Person implements Subject @key(fields: "id") ${person} {
      "The number"
      id: ID! @sharing(class: UNCONDITIONAL) @item(name: "号码", type: C, length: 18) @subject(kind: PERSON)
      title: String @sharing(class: UNCONDITIONAL)
      name: String @shareable @sharing(class: UNCONDITIONAL) @item(name: "姓名", type: C, length: 9)
      phone: String @sharing(class: CONDITIONAL) @item(name: "电话", type: C, length: 11)
      born: Day @sharing(class: UNCONDITIONAL)
      status: Status @sharing(class: UNCONDITIONAL)
      ${more}
    }`,
  );
const marriage = subgraph(
  'marriage',
  `type Person @key(fields: "id") { id: ID! @sharing(class: UNCONDITIONAL) spouse: Person @sharing(class: CONDITIONAL) }`,
);
const LIVE = [people(), marriage];

function prepared(subgraphs: readonly Subgraph[]): Prepared {
  const result = preparePublication(subgraphs, sources);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.prepared;
}

function publish(
  candidate: Subgraph,
  live: readonly Subgraph[] = LIVE,
  record: readonly OwnerRow[] = [],
): Ownership {
  const after = prepared([...live.filter(({ name }) => name !== candidate.name), candidate]);
  const { name, provider } = candidate;
  return examine({
    before: prepared(live),
    after,
    actor: provider.code,
    subgraph: name,
    record,
    operations: [],
  });
}
/** `owner coordinate property` of everything that changes. */
const brief = ({ changes }: Ownership): string[] =>
  changes.flatMap(({ owner, changes: all }) =>
    all.map(({ coordinate, property }) => `${owner.code} ${coordinate} ${property}`),
  );
const red = (sdl: string): Subgraph => subgraph('red', sdl);
/** A key of another's, repeated, and a field of one's own. */
const RED = 'red: String @sharing(class: UNCONDITIONAL)';
const OWN = `id: ID! @sharing(class: UNCONDITIONAL) ${RED}`;

describe('what a department adds of its own', () => {
  it.each([
    ['a root field', `type Query { mine: String }`],
    ['fields of another’s entity', `type Person @key(fields: "id") { ${OWN} }`],
    ['fields of another’s entity, as an extension', `extend type Person @key(fields: "id") { ${OWN} }`],
    [
      'a reference to another’s entity',
      `type Query { mine: Person } type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    ],
    [
      'a field that is computed from another’s',
      `type Person @key(fields: "id") { ${OWN} name: String @external computed: String @requires(fields: "name") }`,
    ],
    [
      'a copy of an enum that is only given',
      `type Query { mine: Status } enum Status @sharing(class: UNCONDITIONAL) { SINGLE MARRIED }`,
    ],
    ['a scalar of the same name', `type Query { mine: Day } scalar Day`],
    [
      'a type of its own',
      `type Query { mine: Mine } type Mine @cost(weight: 9) @tag(name: "x") { a: Int @inaccessible b: Int }`,
    ],
  ])('needs nobody’s consent: %s', (_, sdl) => {
    expect(brief(publish(red(sdl)))).toEqual([]);
  });

  it('a key of another’s, repeated within one of its own type', () => {
    const sdl = `type Query { box: Box } type Box @key(fields: "owner { id }") { owner: Person box: Int }`;
    const plain = red(`${sdl} type Person { id: ID! @shareable @sharing(class: UNCONDITIONAL) }`);
    const keyed = red(`${sdl} type Person @key(fields: "id") { ${OWN} }`);
    expect([brief(publish(plain)), brief(publish(keyed))]).toEqual([[], []]);
  });

  it('a subgraph that sorts first by name and only repeats a key changes nothing of others', () => {
    const live = [people(), { ...marriage, name: 'z' }];
    const candidate = subgraph('a', `type Person @key(fields: "id") { ${OWN} }`, 'red');
    expect(brief(publish(candidate, live))).toEqual([]);
    const rules = (all: readonly Subgraph[]) =>
      prepared(all).rules.find(({ coordinate }) => coordinate === 'Person.id');
    expect(rules([...live, candidate])).toEqual(rules(live));
  });

  it('is its own from then on', () => {
    const first = red(`type Query { mine: Int } type Person @key(fields: "id") { ${OWN} }`);
    const { owners } = publish(first);
    const has = (coordinate: string) => owners.filter(([one]) => one === coordinate).map(([, code]) => code);
    expect([
      has('Query.mine'),
      has('Person.red'),
      has('Person.id'),
      has('Person'),
      has('Person.spouse'),
    ]).toEqual([['red'], ['red'], ['people'], ['people'], ['marriage']]);
  });
});

describe('what a publication changes of another department’s coordinates needs its consent', () => {
  const person = (field: string, type = ''): string =>
    `type Person @key(fields: "id") ${type} { ${field} ${RED} }`;
  it.each([
    // Rules
    ['withholding a key', person('id: ID! @sharing(class: WITHHELD, basis: "x")'), 'people Person.id class'],
    [
      'fewer purposes of a key',
      person('id: ID! @sharing(class: UNCONDITIONAL, purposes: [WORK_REFERENCE])'),
      'people Person.id purposes',
    ],
    [
      'another network of a key',
      person('id: ID! @sharing(class: UNCONDITIONAL, zones: [INTRANET])'),
      'people Person.id zones',
    ],
    [
      'match only',
      person('id: ID! @sharing(class: UNCONDITIONAL, matchOnly: [WORK_REFERENCE])'),
      'people Person.id matchOnly',
    ],
    [
      'a mask',
      person('id: ID! @sharing(class: UNCONDITIONAL) @mask(rule: REDACT, for: [WORK_REFERENCE])'),
      'people Person.id masks',
    ],
    [
      'a type’s default class',
      `type Person @key(fields: "id") @sharing(class: WITHHELD, basis: "x") { id: ID! red: String }`,
      'people Person.id class',
    ],
    [
      'a class on what is only external',
      person(
        'id: ID! @sharing(class: UNCONDITIONAL) phone: String @external @sharing(class: WITHHELD, basis: "x") more: Int @requires(fields: "phone")',
      ),
      'people Person.phone class',
    ],
    [
      'enum values withheld',
      `type Query { mine: Status } enum Status @sharing(class: WITHHELD, basis: "x") { SINGLE MARRIED }`,
      'people Status.MARRIED class',
    ],
    [
      'enum values withheld in an extension',
      `type Query { mine: Status } extend enum Status @sharing(class: WITHHELD, basis: "x") { SINGLE MARRIED }`,
      'people Status.MARRIED class',
    ],
    [
      'another target of a shared input field',
      `type Query { mine(filter: Filter): Int } ${person('id: ID!')} input Filter { phone: String @sharing(as: "Person.red") name: String @sharing(as: "Person.name") }`,
      'people Filter.phone requires|tests|alsoTests|class|purposes|provider',
    ],
    // Cost
    ['a cost of a type', person('id: ID!', '@cost(weight: 100000000)'), 'people Person cost'],
    ['a cost of a scalar', `type Query { mine: Day } scalar Day @cost(weight: 100000000)`, 'people Day cost'],
    [
      'a cost of an enum',
      `type Query { mine: Status } enum Status @cost(weight: 100000000) { SINGLE MARRIED }`,
      'people Status cost',
    ],
    ['a cost of a key', person('id: ID! @cost(weight: 100000000)'), 'people Person.id cost'],
    // Visibility
    ['hiding a key', person('id: ID! @inaccessible'), 'people Person.id visible'],
    [
      'hiding an enum value',
      `type Query { mine: Status } enum Status @sharing(class: UNCONDITIONAL) { SINGLE MARRIED @inaccessible }`,
      'people Status.MARRIED visible',
    ],
    ['a tag', person('id: ID! @tag(name: "x")'), 'people Person.id directives'],
    ['a tag on the type', person('id: ID!', '@tag(name: "x")'), 'people Person directives'],
    ['a deprecation of a key', person('id: ID! @deprecated(reason: "x")'), 'people Person.id directives'],
    // Shape
    ['a key that may be null', person('id: ID'), 'people Person.id type'],
    [
      'fewer input fields',
      `type Query { mine(filter: Filter): Int } input Filter { phone: String @sharing(as: "Person.phone") }`,
      'people Filter.name presence',
    ],
    [
      'even the same input, which binds its owner from then on',
      `type Query { mine(filter: Filter): Int } input Filter { phone: String @sharing(as: "Person.phone") name: String @sharing(as: "Person.name") }`,
      'people Filter declarations',
    ],
    [
      'an enum that is now put in, too, which binds its owner',
      `type Query { mine(status: Status): Int } enum Status @sharing(class: UNCONDITIONAL) { SINGLE MARRIED }`,
      'people Status declarations',
    ],
    [
      'a value more',
      `type Query { mine: Status } enum Status @sharing(class: UNCONDITIONAL) { RED }`,
      'people Status values',
    ],
    [
      'a member more of a union',
      `type Red @key(fields: "id") { id: ID! } union Holder = Red`,
      'people Holder members',
    ],
    [
      'an implementation more of an interface',
      `type Red implements Subject @key(fields: "id") { id: ID! title: String } interface Subject @sharing(class: UNCONDITIONAL) { title: String }`,
      'people Subject implementations',
    ],
    [
      'an interface more of a type',
      `interface Loose { red: String } type Person implements Loose @key(fields: "id") { id: ID! red: String }`,
      'people Person interfaces',
    ],
    // Source
    [
      'overriding a field',
      `${person('id: ID! phone: String @override(from: "people")')}`,
      'people Person.phone sources',
    ],
    [
      'overriding a root field',
      `type Query { person(id: ID!): Person @override(from: "people") } ${person('id: ID!')}`,
      'people Query.person sources',
    ],
    [
      'overriding it for some',
      `type Query { person(id: ID!): Person @override(from: "people", label: "percent(1)") } ${person('id: ID!')}`,
      'people Query.person sources',
    ],
    [
      'overriding it under the cover of a key',
      `type Box { person: Person } type Query @key(fields: "box { person { id } }", resolvable: false) { box: Box person(id: ID!): Person @override(from: "people") } ${person('id: ID!')}`,
      'people Query.person sources',
    ],
    ['sharing an item', person('id: ID! name: String @shareable'), 'people Person.name sources'],
    [
      'sharing a root field',
      `type Query { page(first: Int = 20): Page @shareable } type Page @shareable { more: Boolean! }`,
      'people Query.page sources',
    ],
    [
      'sharing a value type',
      `type Query { mine: Page } type Page @shareable { more: Boolean! }`,
      'people Page.more sources',
    ],
    [
      'fewer arguments of a shared field',
      `type Query { page: Page @shareable } type Page @shareable { more: Boolean! }`,
      'people Query.page(first:) presence',
    ],
    [
      'answering beneath a field of one’s own',
      `type Query { mine: Person @provides(fields: "name") } ${person('id: ID! name: String @external')}`,
      'people Person.name sources',
    ],
    [
      'saying what another’s key is',
      person(
        'id: ID! @sharing(class: UNCONDITIONAL) @item(name: "号码", type: C, length: 18) @subject(kind: PERSON)',
      ),
      'people Person.id sources',
    ],
    [
      'being the authoritative source',
      person(
        'id: ID! name: String @shareable @authoritative @sharing(class: UNCONDITIONAL) @item(name: "姓名", type: C, length: 9)',
      ),
      'people Person.name sources',
    ],
  ])('%s', (_, sdl, expected) => {
    const found = brief(publish(red(sdl)));
    const [coordinate, properties = ''] = [expected.replace(/ [^ ]*$/, ''), expected.split(' ').at(-1)];
    const isFound = properties.split('|').some((one) => found.includes(`${coordinate} ${one}`));
    expect(isFound, found.join('\n')).toBe(true);
  });

  it('another description, where composition prefers it', () => {
    const candidate = subgraph('a', `type Person @key(fields: "id") { "Call me" id: ID! ${RED} }`);
    expect(brief(publish(candidate))).toContain('people Person.id description');
  });

  it.each([
    ['imported under another name', '@hide', '[{ name: "@inaccessible", as: "@hide" }, "@key"]'],
    ['not imported', '@federation__inaccessible', '["@key"]'],
  ])('hiding a key by a directive that is %s', (_, directive, imported) => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imported})
      @link(url: "https://liancha.example/sharing/v1.0", as: "s", import: [{ name: "@sharing", as: "@shared" }])
      type Person @key(fields: "id") { id: ID! @shared(class: WITHHELD, basis: "x") ${directive} red: String }`;
    expect(brief(publish({ ...red(''), sdl }))).toEqual(
      expect.arrayContaining(['people Person.id visible', 'people Person.id class']),
    );
  });

  it('a directive of its own that composition keeps', () => {
    const candidate =
      red(`extend schema @link(url: "https://red.example/mark/v1.0", import: ["@mark"]) @composeDirective(name: "@mark")
      directive @mark(by: String) on FIELD_DEFINITION
      type Person @key(fields: "id") { id: ID! @mark(by: "red") ${RED} }`);
    expect(brief(publish(candidate))).toEqual(['people Person.id directives']);
  });

  it('a field of all that implement another’s interface', () => {
    const owner = subgraph(
      'people',
      `type Query { anybody: Subject } interface Subject @key(fields: "id") { id: ID! }
       type Person implements Subject @key(fields: "id") { id: ID! @item(name: "x", type: C, length: 1) }`,
    );
    const candidate = red(`type Subject @interfaceObject @key(fields: "id") { id: ID! ${RED} }`);
    expect(brief(publish(candidate, [owner]))).toEqual(['people Subject fields']);
    const others = red(`type Subject @interfaceObject @key(fields: "id") { id: ID! @inaccessible ${RED} }`);
    expect(brief(publish(others, [owner]))).toContain('people Subject.id visible');
  });

  it('the loss of a directive that consumers write, as only those of all subgraphs are kept', () => {
    const live = LIVE.map((one) => ({ ...one, sdl: `${one.sdl} directive @trace on FIELD` }));
    expect(brief(publish(red('type Query { mine: Int }'), live))).toEqual(
      expect.arrayContaining(['people @trace presence', 'marriage @trace presence']),
    );
    expect(brief(publish(red('type Query { mine: Int } directive @trace on FIELD'), live))).toEqual([]);
  });

  it('translating one key of another’s into the other', () => {
    const owner = people('passport: ID! @shareable', { person: '@key(fields: "passport")' });
    const candidate = (keys: string) => red(`type Person ${keys} { id: ID! passport: ID! ${RED} }`);
    const both = publish(candidate('@key(fields: "id") @key(fields: "passport")'), [owner, marriage]);
    expect(brief(both)).toEqual(
      expect.arrayContaining(['people Person.id sources', 'people Person.passport sources']),
    );
  });

  it.each([
    ['by their own', '@key(fields: "id")', OWN],
    ['by nothing', '', 'id: ID! @shareable @sharing(class: UNCONDITIONAL)'],
  ])(
    'translating keys that stand in a key of one’s own type, whose objects are asked for %s',
    (_, key, fields) => {
      const owner = people(
        'passport: ID! @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 9)',
        {
          person: '@key(fields: "passport")',
        },
      );
      const candidate =
        red(`type Query { box: Box } type Box @key(fields: "owner { id passport }") { owner: Person box: Int }
      type Person ${key} { ${fields} passport: ID! @shareable @sharing(class: UNCONDITIONAL) }`);
      expect(brief(publish(candidate, [owner, marriage]))).toContain('people Person.passport sources');
    },
  );

  it('a key that puts two of another’s together', () => {
    const owner = people(
      'passport: ID! @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 9)',
      {
        person: '@key(fields: "passport")',
      },
    );
    const candidate = red(`type Query { mine: Person } type Person @key(fields: "id passport") {
      id: ID! @sharing(class: UNCONDITIONAL) passport: ID! @sharing(class: UNCONDITIONAL) ${RED} }`);
    expect(brief(publish(candidate, [owner, marriage]))).toContain('people Person.passport sources');
  });

  it('saying whom another’s records are about, though by a field of one’s own', () => {
    const subject = 'who: ID @sharing(class: UNCONDITIONAL) @subject(kind: PERSON)';
    for (const [key, type] of [
      ['code', 'Firm'],
      ['id', 'Person'],
    ])
      expect(
        brief(
          publish(
            red(
              `type ${type} @key(fields: "${key}") { ${key}: ID! @sharing(class: UNCONDITIONAL) ${subject} }`,
            ),
          ),
        ),
      ).toEqual([`people ${type} subjects`]);
    expect(brief(publish(red(`type Query { mine: Mine } type Mine { ${subject} }`)))).toEqual([]);
  });

  it('each owner’s, where several are concerned', () => {
    const hidden = publish(
      red(`type Person @key(fields: "id") @inaccessible { id: ID! ${RED} }`),
      [
        subgraph(
          'people',
          'type Query { number: Int } type Person @key(fields: "id") { id: ID! @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 1) }',
        ),
        marriage,
      ].map((one) => ({ ...one, sdl: one.sdl.replace('spouse: Person', 'spouse: String') })),
    );
    expect(brief(hidden)).toEqual(
      expect.arrayContaining(['people Person visible', 'marriage Person.spouse visible']),
    );
  });

  it('and the owner’s own change needs none', () => {
    const more = people('', { person: '@cost(weight: 7)' });
    expect(
      brief(
        publish({ ...more, sdl: more.sdl.replace('"The number"\n      id: ID!', 'id: ID! @tag(name: "x")') }),
      ),
    ).toEqual([]);
  });
});

describe('withdrawing', () => {
  const copying = red(
    `type Query { mine: Page status: Status } type Page @shareable { more: Boolean! } enum Status @sharing(class: WITHHELD, basis: "x") { SINGLE MARRIED RED }`,
  );

  it('what one has said oneself needs nobody’s consent: what the others say remains', () => {
    expect(brief(publish(red('type Query { mine: Int }'), [...LIVE, copying]))).toEqual([]);
  });

  it('a whole subgraph needs none either', () => {
    const [before, after] = [prepared([...LIVE, copying]), prepared(LIVE)];
    const retired = examine({
      before,
      after,
      actor: 'red' as DepartmentCode,
      subgraph: 'red',
      record: [],
      operations: [],
    });
    expect(brief(retired)).toEqual([]);
  });

  it('does not give it away: who takes it up needs the consent of whoever had it', () => {
    const record = publish(copying).owners;
    const without = LIVE.map((one) => ({
      ...one,
      sdl: one.sdl.replace(/born: Day.*/, '').replace('scalar Day', ''),
    }));
    const candidate = red(
      `type Person @key(fields: "id") { id: ID! born: String @sharing(class: UNCONDITIONAL) }`,
    );
    expect(brief(publish(candidate, without, record))).toEqual(['people Person.born presence']);
    expect(brief(publish(candidate, without))).toEqual([]);
  });
});

describe('who owns a field', () => {
  const SHARED = red(
    'type Person @key(fields: "id") { id: ID! name: String @shareable @sharing(class: UNCONDITIONAL) }',
  );
  const masked = (code: string): Subgraph => {
    const one = code === 'red' ? SHARED : people();
    return {
      ...one,
      sdl: one.sdl.replace(
        'name: String @shareable',
        'name: String @shareable @mask(rule: NAME, for: [WORK_REFERENCE])',
      ),
    };
  };

  it('is also whoever came to share it with the owner’s consent', () => {
    const { owners } = publish(SHARED);
    expect(owners.filter(([one]) => one === 'Person.name').map(([, code]) => code)).toEqual([
      'people',
      'red',
    ]);
    const live = [...LIVE, SHARED];
    expect(brief(publish(masked('people'), live, owners))).toEqual(['red Person.name masks']);
    expect(brief(publish(masked('red'), live, owners))).toEqual(['people Person.name masks']);
  });

  it('is not whoever only adds to the type', () => {
    const adding = red(`type Person @key(fields: "id") { ${OWN} }`);
    const { owners } = publish(adding);
    const changed = people('', { person: '@cost(weight: 7)' });
    expect(brief(publish(changed, [...LIVE, adding], owners))).toEqual([]);
  });
});
