import { describe, expect, test } from 'vitest';
import { CONSUMER, type Member, RED } from '../../e2e/custom.ts';
import { openMembers } from './members.ts';

/**
 * Whatever is sent to a provider is disclosed to it: here a provider ("red") writes into its schema that it needs another
 * department's items, and somebody asks for what it computes from them.
 */
let custom: ReturnType<typeof openMembers> | undefined;

const U = '@sharing(class: UNCONDITIONAL)';
const C = '@sharing(class: CONDITIONAL)';
const W = '@sharing(class: WITHHELD, basis: "law")';
const ITEM = '@item(name: "x", type: C, length: 9)';

const ann = { id: '1', name: 'Ann', phone: 'SECRET-PHONE', photo: 'SECRET-PHOTO', mood: 'CALM' };

/** The department whose items they are. */
const town: Member = {
  sdl: `
    type Query { person(id: ID! ${U}): Person ${U} }
    type Person @key(fields: "id") {
      id: ID! ${U} ${ITEM} name: String ${U} ${ITEM} phone: String ${C} ${ITEM} photo: String ${W} ${ITEM} mood: Mood ${U} ${ITEM}
      friends: [Person!] ${U} ${ITEM} history(region: String @sharing(as: "Person.phone")): String ${U} ${ITEM} box: Box ${U} ${ITEM}
    }
    type Box @key(fields: "number") { number: ID! ${U} ${ITEM} owner: Person ${U} ${ITEM} }
    enum Mood { CALM ${U} SECRET ${W} }`,
  resolvers: {
    Query: { person: () => ann },
    Person: {
      __resolveReference: () => ann,
      friends: () => [ann],
      history: (_: unknown, { region }: { region: string }) => `SECRET-HISTORY of ${region}`,
      box: () => ({ number: 'B1' }),
    },
    Box: { __resolveReference: (key: object) => key, owner: () => ann },
  },
};

const red = (sdl: string, resolvers: Member['resolvers'] = {}): Member => ({
  sdl,
  department: RED,
  resolvers: {
    Person: { __resolveReference: () => ({ id: '1', stolen: 'S' }), stolen: () => 'S' },
    ...resolvers,
  },
});

type Answer = Awaited<ReturnType<ReturnType<typeof openMembers>['ask']>>;

function start(
  members: Readonly<Record<string, Member>>,
  grants: readonly string[] = [],
  held: Readonly<Record<string, readonly string[]>> = {},
): void {
  custom = openMembers(members, { ...(grants.length > 0 && { [CONSUMER]: grants }), ...held });
}

const asking = (...given: Parameters<ReturnType<typeof openMembers>['ask']>): Promise<Answer> =>
  custom?.ask(...given) ?? Promise.reject(new Error('nothing was started'));
/** A first request, and a warm one. */
async function ask(selection: string): Promise<Answer> {
  custom?.received.splice(0);
  const first = await asking(selection);
  const warm = await asking(selection);
  expect([warm.data, warm.errors]).toEqual([first.data, first.errors]);
  return warm;
}
const sentToRed = () => (custom?.received ?? []).filter(({ provider }) => provider === 'red');
const facts = ({ errors }: Answer) =>
  errors.map(({ path, extensions: { code, coordinate, requires } = {} }) => [
    path?.join('.'),
    code,
    coordinate,
    requires,
  ]);
const lastRecord = () => custom?.records.at(-1);

const KEY = `type Person @key(fields: "phone photo") { phone: String @external photo: String @external stolen: String ${U} ${ITEM} }`;

describe('a key that is made of another department’s items', () => {
  test('is sent to nobody without a right, and the field says what it would need', async () => {
    start({ town, red: red(KEY) });
    const answer = await ask('{ person(id: "1") { name stolen } }');
    expect(answer.data.person).toEqual({ name: 'Ann', stolen: null });
    expect(facts(answer)).toEqual([['person.stolen', 'GRANT_REQUIRED', 'Person.stolen', 'Person.phone']]);
    expect(answer.errors[0]?.extensions?.recipient).toBe('department of red');
    expect(answer.errors[0]?.message).toContain('which may not have it here (GRANT_REQUIRED)');
    expect(sentToRed()).toEqual([]);
    expect(JSON.stringify(custom?.received)).not.toMatch(/phone|photo/);
    expect(lastRecord()?.sent).toBeUndefined();
    const stolen = lastRecord()?.decisions.filter(({ coordinate }) => coordinate === 'Person.stolen');
    expect(stolen).toMatchObject([{ effect: 'DENY', code: 'GRANT_REQUIRED' }]);
  });

  test('is not opened by the consumer’s own grant, nor by any for what is withheld', async () => {
    start({ town, red: red(KEY) }, ['Person.phone'], {
      [RED]: ['Person.phone', 'Person.photo'],
    });
    const answer = await ask('{ person(id: "1") { name phone stolen } }');
    expect(answer.data.person).toEqual({ name: 'Ann', phone: 'SECRET-PHONE', stolen: null });
    expect(facts(answer)).toEqual([['person.stolen', 'WITHHELD', 'Person.stolen', 'Person.photo']]);
    expect(sentToRed()).toEqual([]);
  });

  const PHONE = `type Person @key(fields: "phone") { phone: String @external stolen: String ${U} ${ITEM} }`;

  test('opens with a grant of its receiver, is on record and in the assertion, and closes with the grant', async () => {
    start({ town, red: red(PHONE) }, [], { [RED]: ['Person.phone'] });
    const answer = await ask('{ person(id: "1") { stolen } }');
    expect([answer.data.person, answer.errors]).toEqual([{ stolen: 'S' }, []]);
    const [call] = sentToRed();
    expect(call?.variables.representations).toEqual([{ __typename: 'Person', phone: 'SECRET-PHONE' }]);
    expect(call?.sent).toEqual(['Person.phone']);
    expect(lastRecord()?.sent).toEqual([
      { subgraph: 'red', department: RED, coordinates: ['Person.phone'], grants: ['G-2026-0001'] },
    ]);
    expect(lastRecord()?.grants).toEqual([]);
    custom?.grant({});
    expect(facts(await ask('{ person(id: "1") { stolen } }'))[0]?.[1]).toBe('GRANT_REQUIRED');
    await ask('{ person(id: "1") { stolen } }');
    expect(sentToRed()).toEqual([]);
    custom?.grant({ [RED]: ['Person.phone'] });
    expect((await ask('{ person(id: "1") { stolen } }')).data.person.stolen).toBe('S');
  });

  test.each<[string, string]>([
    [
      'nested',
      `type Box @key(fields: "owner { phone }") { owner: Person @external stolen: String ${U} ${ITEM} } type Person @key(fields: "id") { id: ID! ${U} phone: String @external }`,
    ],
    [
      'in braces',
      `type Person @key(fields: "{ phone }") { phone: String @external stolen: String ${U} ${ITEM} }`,
    ],
    [
      'on an extension',
      `type Person { phone: String @external stolen: String ${U} ${ITEM} } extend type Person @key(fields: "phone")`,
    ],
    [
      'beside one that is free',
      `type Person @key(fields: "phone") @key(fields: "id") { id: ID! ${U} phone: String @external stolen: String ${U} ${ITEM} }`,
    ],
    [
      'behind one that is free',
      `type Person @key(fields: "id") @key(fields: "phone") { id: ID! ${U} phone: String @external stolen: String ${U} ${ITEM} }`,
    ],
    [
      'together with one that is free',
      `type Person @key(fields: "id phone") { id: ID! ${U} phone: String @external stolen: String ${U} ${ITEM} }`,
    ],
    [
      'said to be red’s own',
      `type Person @key(fields: "phone") { phone: String @external ${U} ${ITEM} stolen: String ${U} ${ITEM} }`,
    ],
  ])('%s is no way either', async (_, sdl) => {
    const shared = { ...town, sdl: town.sdl.replace('phone: String', 'phone: String @shareable') };
    start({ town: shared, red: red(sdl) });
    const field = sdl.startsWith('type Box') ? 'box { stolen }' : 'stolen';
    const answer = await ask(`{ person(id: "1") { name ${field} friends { ${field} } } }`);
    expect(answer.data.person.name).toBe('Ann');
    expect(JSON.stringify(sentToRed())).not.toMatch(/SECRET/);
    for (const [, code, , requires] of facts(answer))
      expect([code, requires]).toEqual(['GRANT_REQUIRED', 'Person.phone']);
  });

  test('costs what another provider computes from it, and nothing else', async () => {
    const sdl = `type Person @key(fields: "phone") { phone: String @external stolen: String ${U} ${ITEM} }`;
    const blue: Member = {
      sdl: `type Person @key(fields: "id") { id: ID! ${U} stolen: String @external age: Int ${U} ${ITEM} derived: String @requires(fields: "stolen") ${U} ${ITEM} }`,
      resolvers: { Person: { __resolveReference: (one: object) => one, age: () => 9, derived: () => 'D' } },
    };
    start({ town, red: red(sdl), blue });
    const answer = await ask('{ person(id: "1") { name age derived } }');
    expect(answer.data.person).toEqual({ name: 'Ann', age: 9, derived: null });
    expect(facts(answer)).toEqual([['person.derived', 'GRANT_REQUIRED', 'Person.derived', 'Person.phone']]);
    expect(sentToRed()).toEqual([]);
  });
});

describe('what a field is computed from', () => {
  const externals: Readonly<Record<string, string>> = {
    phone: 'phone: String @external',
    mood: 'mood: Mood @external',
    friends: 'friends: [Person!] @external',
    history: 'history(region: String): String @external',
  };
  const computed = (fields: string) => {
    const used = Object.keys(externals).filter((one) => fields.includes(one));
    const text = JSON.stringify(fields);
    return red(`type Person @key(fields: "id") { id: ID! ${U} ${used.map((one) => externals[one]).join(' ')}
      stolen: String @requires(fields: ${text}) ${U} ${ITEM} } enum Mood { CALM ${U} SECRET ${U} }`);
  };

  test.each<[string, string]>([
    ['a field', 'phone'],
    ['nested', 'friends { phone }'],
    ['by a fragment', '... on Person { phone }'],
    ['a history by a region', 'history(region: "990101")'],
  ])('(%s) is red’s own consumption, whoever asks', async (_, fields) => {
    const all = ['Person.phone'];
    start({ town, red: computed(fields) }, all);
    const answer = await ask('{ person(id: "1") { name stolen } }');
    expect(answer.data.person).toEqual({ name: 'Ann', stolen: null });
    expect(facts(answer)).toMatchObject([
      ['person.stolen', 'GRANT_REQUIRED', 'Person.stolen', expect.stringMatching(/phone|region/)],
    ]);
    expect(sentToRed()).toEqual([]);
    start({ town, red: computed(fields) }, all, { [RED]: all });
    const granted = await ask('{ person(id: "1") { name stolen } }');
    expect([granted.data.person, granted.errors]).toEqual([{ name: 'Ann', stolen: 'S' }, []]);
  });

  test('may hold a value that is withheld: then it is not sent', async () => {
    start({ town, red: computed('mood') });
    const answer = await ask('{ person(id: "1") { stolen } }');
    expect(facts(answer)).toEqual([['person.stolen', 'WITHHELD', 'Person.stolen', 'Mood.SECRET']]);
    expect(sentToRed()).toEqual([]);
  });

  const loose = `interface Loose ${U} { phone: String photo: String } type Person implements Loose @key(fields: "id") { id: ID! ${U} phone: String @external photo: String @external }`;

  test('is as strict through an interface as what implements it, for the consumer and for red', async () => {
    const sdl = `${loose} type Thing @key(fields: "id") { id: ID! ${U} ${ITEM} who: Loose ${U} @external stolen: String @requires(fields: "who { phone photo }") ${U} ${ITEM} }`;
    const things: Member = {
      sdl: `type Query { things: [Thing!] ${U} } interface Loose ${U} { phone: String photo: String } type Person implements Loose @key(fields: "id") { id: ID! ${U} phone: String @external photo: String @external }
        type Thing @key(fields: "id") { id: ID! ${U} ${ITEM} who: Loose ${U} ${ITEM} }`,
      department: RED,
      resolvers: {
        Query: { things: () => [{ id: 'T' }] },
        Thing: { __resolveReference: (key: object) => key, who: () => ({ __typename: 'Person', id: '1' }) },
      },
    };
    for (const held of [[], ['Person.phone', 'Person.photo']]) {
      start({ town, things, red: red(sdl) }, held);
      const answer = await ask('{ things { id stolen } }');
      expect(answer.data.things).toEqual([{ id: 'T', stolen: null }]);
      expect(facts(answer)[0]?.[3]).toMatch(/^Person\.(phone|photo)$/);
      expect(JSON.stringify(custom?.received)).not.toContain('SECRET');
    }
  });

  test('comes from a context, too', async () => {
    const sdl = `
      type Person @key(fields: "id") @context(name: "person") { id: ID! ${U} phone: String @external notes: [Note!] ${U} ${ITEM} }
      type Note @key(fields: "id") { id: ID! ${U} ${ITEM} stolen(phone: String @fromContext(field: "$person { phone }")): String ${U} ${ITEM} }`;
    const notes = (): Member =>
      red(sdl, {
        Person: { __resolveReference: (key: object) => key, notes: () => [{ id: 'n' }] },
        Note: {
          __resolveReference: (key: object) => key,
          stolen: (_: unknown, { phone }: { phone: string }) => phone,
        },
      });
    start({ town, red: notes() }, ['Person.phone']);
    const answer = await ask('{ person(id: "1") { notes { id stolen } } }');
    expect(answer.data.person.notes).toEqual([{ id: 'n', stolen: null }]);
    expect(facts(answer)).toEqual([
      ['person.notes.0.stolen', 'GRANT_REQUIRED', 'Note.stolen', 'Person.phone'],
    ]);
    expect(JSON.stringify(sentToRed())).not.toContain('SECRET');
    start({ town, red: notes() }, ['Person.phone'], { [RED]: ['Person.phone'] });
    expect((await ask('{ person(id: "1") { notes { stolen } } }')).data.person.notes).toEqual([
      { stolen: 'SECRET-PHONE' },
    ]);
    expect(lastRecord()?.sent).toMatchObject([
      { subgraph: 'red', coordinates: expect.arrayContaining(['Person.id', 'Person.phone']) },
    ]);
  });

  test('a masked item is not sent in clear', async () => {
    const masked: Member = {
      ...town,
      sdl: town.sdl.replace(
        `name: String ${U}`,
        `name: String ${U} @mask(rule: NAME, for: [ADMINISTRATIVE_BASIS])`,
      ),
    };
    start({
      masked,
      red: red(
        `type Person @key(fields: "id name") { id: ID! ${U} name: String @external stolen: String ${U} ${ITEM} }`,
      ),
    });
    expect(facts(await ask('{ person(id: "1") { stolen } }'))).toEqual([
      ['person.stolen', 'PURPOSE_NOT_ALLOWED', 'Person.stolen', 'Person.name'],
    ]);
    expect(sentToRed()).toEqual([]);
  });
});

describe('an interface’s entity', () => {
  const parties: Member = {
    sdl: `type Query { party: Party ${U} } interface Party @key(fields: "id") { id: ID! ${U} contact: String ${U} }
      type Firm implements Party @key(fields: "id") { id: ID! ${U} ${ITEM} contact: String ${C} ${ITEM} }`,
    resolvers: {
      Query: { party: () => ({ __typename: 'Firm', id: '1', contact: 'SECRET-CONTACT' }) },
      Party: { __resolveReference: () => ({ __typename: 'Firm', id: '1', contact: 'SECRET-CONTACT' }) },
      Firm: { __resolveReference: () => ({ id: '1', contact: 'SECRET-CONTACT' }) },
    },
  };
  test.each([
    [
      'required',
      `type Party @interfaceObject @key(fields: "id") { id: ID! ${U} contact: String @external stolen: String @requires(fields: "contact") ${U} ${ITEM} }`,
    ],
    [
      'its key',
      `type Party @interfaceObject @key(fields: "contact") @key(fields: "id") { id: ID! ${U} contact: String @external stolen: String ${U} ${ITEM} }`,
    ],
  ])('is as strict as its implementations where an @interfaceObject has it (%s)', async (_, sdl) => {
    start(
      {
        parties,
        red: red(sdl, { Person: {}, Party: { __resolveReference: () => ({ id: '1', stolen: 'S' }) } }),
      },
      ['Firm.contact'],
    );
    const answer = await ask('{ party { id stolen } }');
    for (const [, code, , requires] of facts(answer))
      expect([code, requires]).toEqual(['GRANT_REQUIRED', 'Firm.contact']);
    expect(JSON.stringify(sentToRed())).not.toContain('SECRET');
  });
});

describe('an argument', () => {
  test('that tests another department’s item tells it to who is asked', async () => {
    const sdl = `type Query { byPhone(phone: String @sharing(as: "Person.phone"), where: Where ${U}): [Hit!] ${U} } type Hit { id: ID! ${U} } input Where { phone: String @sharing(as: "Person.phone") }`;
    const searching = red(sdl, { Person: {}, Query: { byPhone: () => [{ id: '1' }] } });
    start({ town, red: searching }, ['Person.phone']);
    for (const argument of ['phone: "1"', 'where: { phone: "1" }']) {
      const answer = await ask(`{ byPhone(${argument}) { id } }`);
      expect(facts(answer)[0]?.[1]).toBe('GRANT_REQUIRED');
      expect(facts(answer)[0]?.[3]).toBe('Person.phone');
      expect(sentToRed()).toEqual([]);
    }
    const inVariable = await asking('{ byPhone(where: $w) { id } }', { w: { phone: '1' } }, '($w: Where)');
    expect([facts(inVariable)[0]?.[3], sentToRed()]).toEqual(['Person.phone', []]);
    start({ town, red: searching }, ['Person.phone'], { [RED]: ['Person.phone'] });
    const answer = await asking('{ byPhone(where: $w) { id } }', { w: { phone: '1' } }, '($w: Where)');
    expect(answer.data.byPhone).toEqual([{ id: '1' }]);
    expect(lastRecord()?.sent).toMatchObject([{ subgraph: 'red', coordinates: ['Person.phone'] }]);
    expect(sentToRed()[0]?.sent).toEqual(['Person.phone']);
  });

  test('needs every item that any subgraph says it tests', async () => {
    const filter = (as: string) =>
      `type Query { people(filter: Filter ${U}, hint: String @sharing(as: "${as}")): [Person!] @shareable ${U} } input Filter { phone: String @sharing(as: "${as}") }`;
    const blue: Member = {
      sdl: `${filter('Person.phone')} type Person @key(fields: "id") { id: ID! ${U} }`,
      resolvers: { Query: { people: () => [{ id: '1' }] } },
    };
    const other: Member = {
      sdl: `${filter('Person.red')} type Person @key(fields: "id") { id: ID! ${U} red: String ${C} ${ITEM} }`,
      resolvers: { Query: { people: () => [{ id: '1' }] } },
    };
    for (const [held, needed] of [
      ['Person.red', 'Person.phone'],
      ['Person.phone', 'Person.red'],
    ] as const)
      for (const members of [
        { town, blue, other },
        { town, a: other, blue },
      ]) {
        start(members, [held]);
        for (const argument of ['filter: { phone: "1" }', 'hint: "1"']) {
          const answer = await ask(`{ people(${argument}) { id } }`);
          expect(answer.errors.map(({ extensions }) => [extensions?.code, extensions?.tests])).toEqual([
            ['GRANT_REQUIRED', needed],
          ]);
          expect(custom?.received).toEqual([]);
        }
      }
    start({ town, blue, other }, ['Person.red', 'Person.phone']);
    expect((await ask('{ people(hint: "1") { id } }')).data.people).toEqual([{ id: '1' }]);
  });
});

test('a source is not told another department’s item to be compared by it', async () => {
  const shared = (more: string) => `address: String @shareable ${U} ${ITEM} ${more}`;
  const main: Member = {
    sdl: town.sdl.replace('name: String', `${shared('@authoritative')} name: String`),
    resolvers: {
      ...town.resolvers,
      Person: { ...town.resolvers.Person, address: () => 'A' } as Member['resolvers'][string],
    },
  };
  const second = red(`type Person @key(fields: "phone") { phone: String @external ${shared('')} }`, {
    Person: { __resolveReference: () => ({}), address: () => 'A' },
  });
  start({ main, red: second });
  const query = '{ person(id: "1") { address @crossCheck } }';
  expect((await ask(query)).data.person).toEqual({ address: 'A' });
  expect(sentToRed()).toEqual([]);
  expect(lastRecord()?.sent).toBeUndefined();
  start({ main, red: second }, [], { [RED]: ['Person.phone'] });
  expect((await ask(query)).data.person).toEqual({ address: 'A' });
  expect(sentToRed()[0]?.variables.representations).toEqual([
    { __typename: 'Person', phone: 'SECRET-PHONE' },
  ]);
  expect(lastRecord()?.sent).toMatchObject([{ subgraph: 'red', coordinates: ['Person.phone'] }]);
});

test('a grant that somebody else holds is not red’s', async () => {
  start({ town, red: red(KEY) }, [], { [CONSUMER]: ['Person.phone', 'Person.photo'] });
  expect(facts(await ask('{ person(id: "1") { stolen } }'))[0]?.[1]).toBe('GRANT_REQUIRED');
});
