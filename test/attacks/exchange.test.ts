import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applying, CIVIL_AFFAIRS, DATA_BUREAU, until } from '../e2e/applying.ts';
import { EDUCATION, purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';

let system: System;
let does: ReturnType<typeof applying>;
beforeAll(async () => {
  system = await startSystem();
  does = applying(system.exchange);
}, 120_000);
afterAll(() => system.close());

const OPEN_FINDING = 'mutation($input:OpenFindingInput!){openFinding(input:$input){id}}';
const SAVE_DRAFT = 'mutation($input:SaveCatalogueDraftInput!){saveCatalogueDraft(input:$input){code}}';
const PAGE_BY_VARIABLE =
  'query($first:Int){catalogue(first:$first){edges{node{history(first:$first){edges{node{elements}}}}}}}';
const schema = buildSchema(readFileSync('schema/exchange.graphql', 'utf8'), { assumeValidSDL: true });
const ITEMS = [
  'Person.maritalStatus',
  'Person.residence',
  'Person.photoDigest',
  'Person.contributionBase',
  'Person.spouse',
  'Person.phone',
];
const REGISTRATION_CODE = '11990101MB0000011A';
const code = async (query: string, as = EDUCATION, variables = {}) => {
  const { errors } = await system.exchange(query, { as, variables });
  return errors[0]?.extensions.code;
};

/** Nests the one way round in which an application leads to itself. */
const nested = (id: string, times: number) => {
  const inner = 'parts{application{'.repeat(times);
  return `{application(id:"${id}"){${inner}id ${'}}'.repeat(times)}}}`;
};

describe('asking the exchange for more than it can bear', () => {
  it.each<[string, (id: string) => string]>([
    ['too deep', (id) => nested(id, 8)],
    ['too deep, by fragments', (id) => deepFragments(id)],
    ['too costly', (id) => nested(id, 5)],
    ['too many aliases', (id) => many(id, 31, (index) => `a${index}: `, 1)],
    ['too many root fields', (id) => many(id, 11, (index) => (index < 10 ? `a${index}: ` : ''), 1)],
    [
      'pages upon pages',
      () => '{catalogue(first:100){edges{node{history(first:100){edges{node{elements}}}}}}}',
    ],
    ['a page as large as a variable says', () => PAGE_BY_VARIABLE],
    ['the whole schema many times', () => `{${[1, 2, 3].map((one) => `a${one}:__schema{types{name}}`)}}`],
  ])('is refused before anything is done: %s', async (_, query) => {
    const { id } = await does.save(EDUCATION, { application: does.asked(ITEMS.slice(0, 2)) });
    const asked = { as: EDUCATION, variables: { first: 100 } };
    const { errors } = await system.exchange(query(id), asked);
    expect(errors[0]?.extensions.code).toBe('OPERATION_TOO_COMPLEX');
    expect(errors[0]?.message).not.toMatch(/\{\w+\}/);
  });

  it('the gateway stays alive and grants stay confirmed while departments ask as much as they may', async () => {
    const { parts } = await does.apply(['Person.maritalStatus']);
    await does.approve(CIVIL_AFFAIRS, { part: parts[0].id, version: parts[0].version });
    const asked = `query ${purpose()} { person(idNumber: "${system.examples.person}") { maritalStatus } }`;
    const isGiven = async () => (await system.ask(asked, { as: EDUCATION })).errors.length === 0;
    await until(isGiven, (given) => given);
    const { id } = await does.save(EDUCATION, { application: does.asked(ITEMS) });
    const ends = Date.now() + 6_000;
    const heavy = nested(id, 3); // As much as may be asked.
    const list = '{applications(first:20){edges{node{parts{history{at}grant{history{at}}}}}}}';
    const abuse = async (query: string, as: string): Promise<void> => {
      while (Date.now() < ends)
        expect((await code(query, as)) ?? 'OK').not.toMatch(/PARSE|VALIDATION|COMPLEX/);
    };
    const abusing = [heavy, list].flatMap((query) =>
      [EDUCATION, CIVIL_AFFAIRS].flatMap((as) => Array.from({ length: 3 }, () => abuse(query, as))),
    );
    let slowest = 0;
    let asks = 0;
    while (Date.now() < ends) {
      const start = performance.now();
      expect((await fetch(`${system.url}/health/live`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - start);
      expect(await isGiven()).toBe(true);
      asks++;
    }
    await Promise.all(abusing);
    expect(asks).toBeGreaterThan(3);
    expect(slowest).toBeLessThan(2_000);
  }, 120_000);

  it('requests of one department beyond those that may wait are told to come again', async () => {
    const codes = await Promise.all(
      Array.from({ length: 120 }, () => code('{applications(first:100){edges{node{parts{id}}}}}')),
    );
    expect(codes).toContain('QUOTA_EXCEEDED');
    expect(codes).toContain(undefined);
    expect(await code('{viewer{code}}')).toBeUndefined();
  });
});

function many(id: string, count: number, alias: (index: number) => string, size: number): string {
  const one = (index: number): string => `${alias(index)}application(id:"${id}"){${'id '.repeat(size)}}`;
  return `{${Array.from({ length: count }, (_, index) => one(index)).join(' ')}}`;
}

function deepFragments(id: string): string {
  const fragments = Array.from(
    { length: 12 },
    (_, index) => `fragment f${index} on Application{parts{application{...f${index + 1}}}}`,
  );
  return `{application(id:"${id}"){...f0}} ${fragments.join(' ')} fragment f12 on Application{id}`;
}

describe('guessing whom an answer was about', () => {
  const RAISE = 'mutation ($input: RaiseObjectionInput!) { raiseObjection(input: $input) { id } }';
  const input = (disclosure: string | undefined, subject: string) => ({
    disclosure,
    subject,
    coordinate: 'Person.name',
    reason: 'x',
  });
  const guess = (index: number) => `9901011961071${String(index).padStart(5, '0')}`;
  const recordsOf = (name: string) =>
    system
      .disclosures()
      .filter(({ department, operationName }) => department === REGISTRATION_CODE && operationName === name);

  it('by objections: many in one request or at once end at the limit of the day, each in the ledger, and the right one is then not told', async () => {
    const { receipt } = (
      await system.ask(`query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`)
    ).extensions;
    const right = () => code(RAISE, REGISTRATION, { input: input(receipt?.id, system.examples.person) });
    await until(right, (got) => got === undefined); // It is indexed; and being right costs nothing.
    const fields = Array.from(
      { length: 10 },
      (
        _,
        index,
      ) => `a${index}: raiseObjection(input: {disclosure: "${receipt?.id}", subject: "${guess(index)}",
        coordinate: "Person.name", reason: "x"}) { id }`,
    );
    const many = await system.exchange(`mutation { ${fields.join(' ')} }`, { as: REGISTRATION });
    expect(new Set(many.errors.map((one) => one.extensions.code))).toEqual(new Set(['NOT_FOUND']));
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        code(RAISE, REGISTRATION, { input: input(receipt?.id, guess(index + 100)) }),
      ),
    );
    const wrong = codes.filter((one) => one === 'NOT_FOUND').length;
    expect(wrong + many.errors.length).toBe(20);
    expect(codes.filter((one) => one === 'QUOTA_EXCEEDED')).toHaveLength(30 - wrong);
    expect(await right()).toBe('QUOTA_EXCEEDED');
    const records = recordsOf('raiseObjection');
    expect(records.filter(({ errors }) => String(errors) === 'NOT_FOUND')).toHaveLength(20);
    expect(new Set(records.flatMap(({ subjects }) => subjects as string[])).size).toBeGreaterThan(20);
    expect(JSON.stringify(records)).not.toContain(guess(1));
  }, 120_000);

  it('by looking a person up: the same limit holds, and other departments keep theirs', async () => {
    const look = (as: string, subject: string) =>
      code(`{ personDisclosures(subject: "${subject}", matter: "m") { edges { cursor } } }`, as);
    expect(await look(REGISTRATION, guess(1))).toBe('QUOTA_EXCEEDED');
    const tenLooks = (first: number) =>
      Array.from(
        { length: 10 },
        (_, index) =>
          `a${index}: personDisclosures(subject: "${guess(first + index)}", matter: "m") { edges { cursor } }`,
      );
    for (let round = 0; round < 2; round++)
      expect(await code(`{ ${tenLooks(10 * round).join(' ')} }`, EDUCATION)).toBeUndefined();
    expect(await look(EDUCATION, guess(99))).toBe('QUOTA_EXCEEDED');
    expect(await look(DATA_BUREAU, guess(99))).toBeUndefined(); // Answers persons, and finds nothing for most.
  });
});

type Place = GraphQLArgument | GraphQLInputField;
/** A place where a text, a list or a number is taken: the operation with its variables, all but that place being right. */
interface Trial {
  readonly name: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** What GraphQL itself takes for a type. */
function usual(type: GraphQLInputType): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [usual(bare.ofType)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) {
    const needed = Object.values(bare.getFields()).filter((one) => isNonNullType(one.type));
    return Object.fromEntries(needed.map((one) => [one.name, usual(one.type)]));
  }
  if (bare.name === 'Int') return 1;
  if (bare.name === 'Boolean') return true;
  return bare.name === 'Instant' ? '2026-01-01T00:00:00Z' : 'x';
}

/** More than the longest texts may have. */
const LONG: Readonly<Record<string, number>> = { base64: 2_700_001 };
/** As long as a body may be: a schema that is too large is told so by the check. */
const AS_LONG_AS_THE_BODY = /\.sdl$/;

/** Every wrong value of a place, by the way to it. */
function wrongValues(type: GraphQLInputType, name: string): [name: string, value: unknown][] {
  const bare = getNullableType(type);
  if (isListType(bare)) {
    const long: [string, unknown] = [name, Array.from({ length: 2_000 }, () => usual(bare.ofType))];
    return [
      long,
      ...wrongValues(bare.ofType, `${name}[0]`).map(([at, value]): [string, unknown] => [at, [value]]),
    ];
  }
  if (isInputObjectType(bare))
    return Object.values(bare.getFields()).flatMap((field) =>
      wrongValues(field.type, `${name}.${field.name}`).map(([at, value]): [string, unknown] => [
        at,
        { ...Object(usual(bare)), [field.name]: value },
      ]),
    );
  if (!isScalarType(bare) || bare.name === 'Boolean') return [];
  if (bare.name === 'Int') return name === 'first' ? [] : [-1, 2_000_000_000].map((value) => [name, value]);
  if (bare.name === 'Instant') return [[name, '9999-12-31T00:00:00Z']];
  return [
    ...(AS_LONG_AS_THE_BODY.test(name) ? [] : [tooLong(name)]),
    [name, 'a\0b'],
    [name, 'a\u202Eb'],
    [name, 'a\uD800b'],
  ];
}

function tooLong(name: string): [string, unknown] {
  return [name, 'x'.repeat(LONG[name.split('.').at(-1) ?? ''] ?? 4_001)];
}

function trials(): Trial[] {
  return (['Query', 'Mutation'] as const).flatMap((root) => {
    const type = schema.getType(root);
    if (!isObjectType(type)) throw new Error(root);
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((argument: Place) =>
        wrongValues(argument.type, argument.name).map(([name, value]): Trial => {
          const all = field.args.filter((one) => one === argument || isNonNullType(one.type));
          const declared = all.map((one) => `$${one.name}:${one.type}`).join(' ');
          const given = all.map((one) => `${one.name}:$${one.name}`).join(' ');
          const variables = Object.fromEntries(
            all.map((one) => [one.name, one === argument ? value : usual(one.type)]),
          );
          const kind = root === 'Query' ? 'query' : 'mutation';
          const query = `${kind}(${declared}){${field.name}(${given}){__typename}}`;
          return { name: `${field.name} ${name}`, query, variables };
        }),
      ),
    );
  });
}

describe('what the exchange takes', () => {
  it('every text, list, number and instant of the schema has a limit, and who passes it is told where', async () => {
    const all = trials();
    expect(all.length).toBeGreaterThan(300);
    const wrong: string[] = [];
    for (const { name, query, variables } of all) {
      const { errors } = await system.exchange(query, { as: DATA_BUREAU, variables });
      const [first] = errors;
      const where = name.split(' ')[1] ?? '';
      const isTold = first?.extensions.code === 'BAD_USER_INPUT' && first.message.includes(where);
      if (!isTold || JSON.stringify(errors).length > 4_000)
        wrong.push(`${name}: ${first?.extensions.code} ${first?.message.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
  }, 240_000);

  it.each<[string, string, Record<string, unknown>]>([
    [
      'a cursor',
      'query($after:String){applications(after:$after){edges{cursor}}}',
      { after: cursorOf('a\0b') },
    ],
    [
      'a cursor of the notifications',
      'query($after:String){notifications(after:$after){edges{cursor}}}',
      { after: cursorOf('\0') },
    ],
    ['an id', 'query($id:ID!){application(id:$id){id}}', { id: 'a\0b' }],
    ['a search', 'query($s:String){catalogue(search:$s){edges{cursor}}}', { s: 'a\0b' }],
    ['a literal', '{application(id:"a\\u0000b"){id}}', {}],
    ['a deadline in the year 9999', OPEN_FINDING, { input: finding({ dueOn: '9999-12-31' }) }],
    ['a length below zero', SAVE_DRAFT, { input: { elements: elements({ length: -1 }) } }],
  ])('refuses %s that no rule foresees, as bad input', async (_, query, variables) => {
    expect(await code(query, EDUCATION, variables)).toBe('BAD_USER_INPUT');
  });

  it('quotes little of what it refuses, also at /graphql', async () => {
    const long = 'x'.repeat(100_000);
    for (const ask of [system.exchange, system.ask])
      for (const query of [
        `{${long}}`,
        `query ${purpose()} {${long}}`,
        `query($${long}:Int){viewer{code}}`,
      ]) {
        const { errors } = await ask(query, { as: EDUCATION });
        expect(errors.length).toBeGreaterThan(0);
        expect(JSON.stringify(errors).length).toBeLessThan(5_000);
      }
    const { errors } = await system.exchange(
      'query($s:CatalogueStatus){catalogue(status:$s){edges{cursor}}}',
      {
        as: EDUCATION,
        variables: { s: long },
      },
    );
    expect(JSON.stringify(errors).length).toBeLessThan(5_000);
  });
});

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function finding(more: object) {
  const evidence = { text: 'x' };
  return {
    department: '11990101MB00000019',
    breach: 'OTHER',
    notice: 'x',
    evidence,
    dueOn: '2027-06-30',
    ...more,
  };
}

function elements(item: object) {
  const items = [{ name: 'x', type: 'C', class: 'UNCONDITIONAL', ...item }];
  const [format, methods, updatePeriod] = ['DATABASE', ['ONLINE_QUERY'], 'DAILY'];
  return { name: 'x', classification: '3/教育', abstract: 'x', format, methods, updatePeriod, items };
}
