import { afterEach, describe, expect, test } from 'vitest';
import { type Custom, type Member, startCustom } from '../e2e/custom.ts';
import type { Answer } from '../e2e/system.ts';

/** Ways in which federation could carry data around the rules. */
let custom: Custom | undefined;
afterEach(async () => {
  await custom?.close();
  custom = undefined;
});

/** Every operation goes through both doors: first as one that is new, then on the warm path; both must answer alike. */
const ask: Custom['ask'] = async (...asked) => {
  if (!custom) throw new Error('nothing was started');
  const first = await custom.ask(...asked);
  const warm = await custom.ask(...asked);
  expect([warm.data, warm.errors]).toEqual([first.data, first.errors]);
  return warm;
};
const codes = (answer: Answer) =>
  answer.errors.map((one) => [one.extensions.code, one.extensions.coordinate]);
const asked = (): string =>
  custom?.received.map((one) => one.query + JSON.stringify(one.variables)).join('\n') ?? '';

const U = '@sharing(class: UNCONDITIONAL)';
const C = '@sharing(class: CONDITIONAL)';
const W = '@sharing(class: WITHHELD, basis: "law")';

const people: Member = {
  sdl: `
    type Query { party(id: ID! ${U}): Party ${U} person(id: ID! ${U}): Person ${U} everyone: [Party!]! ${U} }
    interface Party @key(fields: "id") { id: ID! ${U} label: String ${U} contact: String ${U} }
    type Person implements Party @key(fields: "id") { id: ID! ${U} label: String ${U} contact: String ${C} mood: Mood ${U} }
    type Firm implements Party @key(fields: "id") { id: ID! ${U} label: String ${U} contact: String ${U} }
    enum Mood { CALM ${U} SECRET ${W} }
  `,
  resolvers: {
    Query: {
      party: (_: unknown, { id }: { id: string }) => ({
        kind: 'Person',
        id,
        label: 'L',
        contact: 'SECRET-CONTACT',
      }),
      person: (_: unknown, { id }: { id: string }) => ({
        id,
        label: 'L',
        contact: 'SECRET-CONTACT',
        mood: id === '2' ? 'SECRET' : 'CALM',
      }),
      everyone: () => [
        { kind: 'Person', id: '1', label: 'L', contact: 'SECRET-CONTACT' },
        { kind: 'Firm', id: '2', label: 'F', contact: 'F' },
      ],
    },
    Party: {
      __resolveType: ({ kind }: { kind?: string }) => kind ?? 'Person',
      __resolveReference: ({ id }: { id: string }) => ({ kind: 'Person', id, label: 'L' }),
    },
    Person: {
      __resolveReference: ({ id }: { id: string }) => ({ id, label: 'L', contact: 'SECRET-CONTACT' }),
    },
    Firm: { __resolveReference: ({ id }: { id: string }) => ({ id, label: 'F', contact: 'F' }) },
  },
};

describe('interfaces', () => {
  test('a field is as strict as its strictest implementation', async () => {
    custom = await startCustom({ people });
    const answer = await ask('{ everyone { label contact } }');
    expect(answer.data.everyone).toEqual([
      { label: 'L', contact: null },
      { label: 'F', contact: null },
    ]);
    expect(codes(answer)[0]).toEqual(['GRANT_REQUIRED', 'Person.contact']);
    expect(asked()).not.toContain('contact');
  });

  test('an object’s own free field is served through its own type', async () => {
    custom = await startCustom({ people });
    const answer = await ask('{ everyone { ... on Firm { contact } ... on Person { label } } }');
    expect(answer.errors).toEqual([]);
    expect(answer.data.everyone).toEqual([{ label: 'L' }, { contact: 'F' }]);
  });

  test('one response key asked freely and strictly is denied', async () => {
    custom = await startCustom({ people });
    const answer = await ask('{ everyone { ... on Firm { contact } ... on Party { contact } } }');
    expect(JSON.stringify(answer.data)).not.toContain('SECRET-CONTACT');
    expect(answer.data.everyone.map((one: { contact: unknown }) => one.contact)).toEqual([null, null]);
  });

  test('a field that an @interfaceObject adds has its rules on every implementation', async () => {
    const extra: Member = {
      sdl: `type Party @key(fields: "id") @interfaceObject { id: ID! ${U} score: Int ${C} }`,
      resolvers: { Party: { __resolveReference: ({ id }: { id: string }) => ({ id, score: 7 }) } },
    };
    custom = await startCustom({ people, extra });
    for (const selection of [
      '{ party(id: "1") { score } }',
      '{ person(id: "1") { score } }',
      '{ everyone { ... on Person { score } } }',
    ]) {
      const answer = await ask(selection);
      expect(codes(answer)[0]?.[0]).toBe('GRANT_REQUIRED');
      expect(JSON.stringify(answer.data)).not.toContain('7');
      expect(asked()).not.toContain('score');
    }
    await custom.close();
    custom = await startCustom({ people, extra }, ['Person.score', 'Party.score', 'Firm.score']);
    expect((await ask('{ person(id: "1") { score } }')).data.person.score).toBe(7);
  });
});

describe('aliases that stand where the planner puts what it needs', () => {
  const owner: Member = {
    sdl: `
      type Query { person: Person ${U} }
      type Person @key(fields: "number") { number: ID! ${W} label: String ${U} other: String ${U} risk: String ${U} }`,
    resolvers: {
      Query: { person: () => ({ number: 'SECRET-NUMBER', label: 'L', other: 'o', risk: 'HIGH' }) },
    },
  };
  const second: Member = {
    sdl: `type Person @key(fields: "number") { number: ID! ${U} risk: String @external age: Int ${U}
      advice: String @requires(fields: "risk") ${U} }`,
    resolvers: {
      Person: { age: () => 9, advice: ({ risk }: { risk?: string }) => `because ${risk}` },
    },
  };

  test.each([
    ['{ person { number: label age } }', { number: 'L', age: 9 }],
    ['{ person { age number: label } }', { age: 9, number: 'L' }],
    ['{ person { ... on Person { number: label } ... on Person { age } } }', { number: 'L', age: 9 }],
  ])('a key that is withheld is not shown under another field’s name: %s', async (query, expected) => {
    custom = await startCustom({ owner, second });
    const answer = await ask(query);
    expect([answer.data.person, answer.errors]).toEqual([expected, []]);
    const entities = custom.received.find((one) => one.query.includes('_entities'));
    expect(entities?.variables.representations).toEqual([{ __typename: 'Person', number: 'SECRET-NUMBER' }]);
  });

  test('a consumer does not choose what a computed field is computed from', async () => {
    custom = await startCustom({ owner, second });
    const answer = await ask('{ person { risk: other advice } }');
    expect(answer.data.person).toEqual({ risk: 'o', advice: 'because HIGH' });
  });
});

describe('enumerations', () => {
  test('a value that is withheld is not shown', async () => {
    custom = await startCustom({ people });
    expect((await ask('{ person(id: "1") { mood } }')).data.person.mood).toBe('CALM');
    const answer = await ask('{ person(id: "2") { mood } }');
    expect(answer.data.person.mood).toBeNull();
    expect(codes(answer)).toEqual([['WITHHELD', 'Mood.SECRET']]);
  });
});

describe('computed fields', () => {
  const derived: Member = {
    sdl: `
      type Person @key(fields: "id") {
        id: ID! ${U}
        contact: String @external
        domain: String @requires(fields: "contact") ${U}
        twice: String @requires(fields: "contact") ${U}
      }`,
    resolvers: {
      Person: {
        __resolveReference: (one: object) => one,
        domain: ({ contact }: { contact?: string }) => `from ${contact}`,
        twice: ({ contact }: { contact?: string }) => `${contact}${contact}`,
      },
    },
  };
  const further: Member = {
    sdl: `type Person @key(fields: "id") { id: ID! ${U} domain: String @external summary: String @requires(fields: "domain") ${U} }`,
    resolvers: {
      Person: {
        __resolveReference: (one: object) => one,
        summary: ({ domain }: { domain?: string }) => `sum of ${domain}`,
      },
    },
  };

  test.each(['domain', 'twice', 'summary'])(
    '%s needs the right to what it is computed from, however far',
    async (field) => {
      custom = await startCustom({ people, derived, further });
      const answer = await ask(`{ person(id: "1") { label ${field} } }`);
      expect(answer.data.person).toEqual({ label: 'L', [field]: null });
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'GRANT_REQUIRED',
        requires: 'Person.contact',
      });
      expect(asked()).not.toMatch(/contact|SECRET-CONTACT/);
    },
  );

  test('with the grant it is computed', async () => {
    custom = await startCustom({ people, derived, further }, ['Person.contact']);
    const answer = await ask('{ person(id: "1") { summary } }');
    expect(answer.errors).toEqual([]);
    expect(answer.data.person.summary).toBe('sum of from SECRET-CONTACT');
  });

  test('a masked source is not a clear one', async () => {
    const masked: Member = {
      ...people,
      sdl: people.sdl.replace(
        `mood: Mood ${U}`,
        `mood: Mood ${U} nick: String ${U} @mask(rule: NAME, for: [ADMINISTRATIVE_BASIS])`,
      ),
    };
    const greeting: Member = {
      sdl: `type Person @key(fields: "id") { id: ID! ${U} nick: String @external greeting: String @requires(fields: "nick") ${U} }`,
      resolvers: {
        Person: {
          __resolveReference: (one: object) => one,
          greeting: ({ nick }: { nick?: string }) => `hello ${nick}`,
        },
      },
    };
    custom = await startCustom({ masked, greeting });
    const answer = await ask('{ person(id: "1") { greeting } }');
    expect(codes(answer)).toEqual([['PURPOSE_NOT_ALLOWED', 'Person.greeting']]);
  });

  test('an argument from the context needs the right to what it is taken from', async () => {
    const cases: Member = {
      sdl: `
        type Query { cases: [Case!]! ${U} }
        type Case @key(fields: "id") @context(name: "case") { id: ID! ${U} region: String! ${C} records: [Record!]! ${U} }
        type Record @key(fields: "id") { id: ID! ${U} shown(region: String @fromContext(field: "$case { region }")): String ${U} }`,
      resolvers: {
        Query: { cases: () => [{ id: '1', region: 'SECRET-REGION' }] },
        Case: { __resolveReference: (key: object) => key, records: () => [{ id: 'a' }] },
        Record: {
          __resolveReference: (key: object) => key,
          shown: (_: unknown, { region }: { region: string }) => `in ${region}`,
        },
      },
    };
    const other: Member = {
      sdl: `type Record @key(fields: "id") { id: ID! ${U} size: Int ${U} }`,
      resolvers: { Record: { __resolveReference: (key: object) => key } },
    };
    custom = await startCustom({ cases, other });
    const denied = await ask('{ cases { records { shown } } }');
    expect(denied.errors[0]?.extensions).toMatchObject({ code: 'GRANT_REQUIRED', requires: 'Case.region' });
    expect(asked()).not.toContain('region');
    await custom.close();
    custom = await startCustom({ cases, other }, ['Case.region']);
    expect((await ask('{ cases { records { shown } } }')).data.cases[0].records[0].shown).toBe(
      'in SECRET-REGION',
    );
  });
});

describe('several sources', () => {
  test('the strictest subgraph rules a shareable field', async () => {
    const second: Member = {
      sdl: `type Person @key(fields: "id") { id: ID! ${U} nick: String @shareable ${W} }`,
      resolvers: { Person: { __resolveReference: (one: object) => ({ ...one, nick: 'N' }) } },
    };
    const first: Member = {
      ...people,
      sdl: people.sdl.replace(`mood: Mood ${U}`, `mood: Mood ${U} nick: String @shareable ${U}`),
    };
    custom = await startCustom({ first, second });
    const answer = await ask('{ person(id: "1") { nick } }');
    expect(codes(answer)).toEqual([['WITHHELD', 'Person.nick']]);
    expect(asked()).not.toContain('nick');
  });

  test('@provides is no way around the owner’s rules', async () => {
    const letters: Member = {
      sdl: `
        type Query { letter: Letter ${U} }
        type Letter { to: Person @provides(fields: "contact") ${U} }
        type Person @key(fields: "id") { id: ID! ${U} contact: String @external }`,
      resolvers: { Query: { letter: () => ({ to: { id: '1', contact: 'SECRET-CONTACT' } }) } },
    };
    const shared: Member = {
      ...people,
      sdl: people.sdl.replace(`contact: String ${C}`, `contact: String @shareable ${C}`),
    };
    custom = await startCustom({ shared, letters });
    const answer = await ask('{ letter { to { contact } } }');
    expect(codes(answer)).toEqual([['GRANT_REQUIRED', 'Person.contact']]);
    expect(asked()).not.toContain('contact');
  });

  test('what nobody classified is withheld', async () => {
    const careless: Member = {
      ...people,
      sdl: people.sdl.replace(
        `label: String ${U} contact: String ${C}`,
        `label: String contact: String ${C}`,
      ),
    };
    custom = await startCustom({ careless });
    expect(codes(await ask('{ person(id: "1") { label } }'))).toEqual([['WITHHELD', 'Person.label']]);
  });

  test('a directive of the same name from elsewhere classifies nothing', async () => {
    const forged: Member = {
      ...people,
      sdl: `${people.sdl.replaceAll('@sharing', '@mine')} directive @mine(class: String, basis: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE`,
    };
    custom = await startCustom({ forged });
    expect(codes(await ask('{ person(id: "1") { label } }'))[0]?.[0]).toBe('WITHHELD');
  });
});

describe('inputs', () => {
  const search: Member = {
    sdl: `
      type Query { search(where: [Where!] ${U}, sort: Sort ${U}): [Hit!]! ${U} }
      type Hit { id: ID! ${U} }
      input Where { id: ID ${U} secret: String ${C} and: [Where!] ${U} }
      enum Sort { ID ${U} SECRET ${C} }`,
    resolvers: { Query: { search: () => [{ id: '1' }] } },
  };
  const declared = '($where: [Where!], $sort: Sort)';

  test.each<[string, string, Record<string, unknown>, string]>([
    [
      'nested in lists, in a variable',
      '{ search(where: $where) { id } }',
      { where: [{ and: [{ id: '1' }, { and: [{ secret: 'x' }] }] }] },
      'Where.secret',
    ],
    [
      'nested, half literal',
      '{ search(where: [{ and: $where }]) { id } }',
      { where: [{ secret: 'x' }] },
      'Where.secret',
    ],
    [
      'a single value for a list',
      '{ search(where: $where) { id } }',
      { where: { secret: 'x' } },
      'Where.secret',
    ],
    ['an enum value in a variable', '{ search(sort: $sort) { id } }', { sort: 'SECRET' }, 'Sort.SECRET'],
  ])('%s is seen', async (_, selection, variables, coordinate) => {
    custom = await startCustom({ search });
    const used = selection.includes('$where') ? '($where: [Where!])' : '($sort: Sort)';
    const answer = await ask(selection, variables, declared.includes(used.slice(1, 6)) ? used : declared);
    expect(codes(answer)).toEqual([['GRANT_REQUIRED', coordinate]]);
    expect(custom.received).toEqual([]);
  });

  test('literals nested in lists, and enum literals, are seen', async () => {
    custom = await startCustom({ search });
    for (const argument of ['where: [{ and: [{ and: { secret: "x" } }] }]', 'sort: SECRET']) {
      expect(codes(await ask(`{ search(${argument}) { id } }`))[0]?.[0]).toBe('GRANT_REQUIRED');
      expect(custom.received).toEqual([]);
    }
    expect((await ask('{ search(where: [{ and: [{ id: "1" }] }], sort: ID) { id } }')).errors).toEqual([]);
  });

  test('a variable cannot stand in for what the gateway sends', async () => {
    custom = await startCustom({ search });
    const answer = await ask(
      '{ search(where: $representations) { id } }',
      { representations: [] },
      '($representations: [Where!])',
    );
    expect(codes(answer)[0]?.[0]).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
