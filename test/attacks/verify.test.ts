import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  EDUCATION,
  FUND,
  purpose,
  REGISTRATION,
  type System,
  startSystem,
} from '../e2e/system.ts';

const PERIOD = { validFrom: '2026-01-01T00:00:00+08:00', validUntil: '2099-01-01T00:00:00+08:00' };
const GRANTS = [
  {
    id: 'G-2026-0001',
    department: '11990101MB0000013G', // 教育局
    coordinates: ['Person.phone', 'Person.maritalStatus', 'Person.insuranceMonths', 'Property.*'],
    uses: ['DATA_VERIFICATION', 'ADMINISTRATIVE_BASIS'],
    ...PERIOD,
  },
  {
    id: 'G-2026-0002',
    department: '11990101MB0000012D', // 公积金
    coordinates: ['Person.phone'],
    uses: ['DATA_VERIFICATION'],
    scope: [{ coordinate: 'Person.residenceRegion', operator: 'EQUALS', values: ['990101'] }],
    ...PERIOD,
  },
];
const PER_SUBJECT = 4;

let system: System;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-verify-'));
  const grants = join(folder, 'grants.yaml');
  writeFileSync(grants, JSON.stringify({ grants: GRANTS }));
  system = await startSystem({ settings: { grants, limits: { attemptsPerSubject: PER_SUBJECT } } });
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  system.received.length = 0;
});

const codes = (answer: Answer): unknown[] => answer.errors.map((one) => one.extensions.code);
const asked = (): string =>
  system.received.map((one) => one.query + JSON.stringify(one.variables)).join('\n');
const verified = (answer: Answer): unknown => Reflect.get(answer.extensions, 'verified');
/** Everybody is asked about once only, so that attempts do not add up across tests. */
let next = 0;
const somebody = (suits: (person: System['city']['people'][number]) => boolean = () => true) => {
  const index = system.city.people.findIndex((one, at) => at >= next && suits(one));
  const person = system.city.people[index];
  if (!person) throw new Error('nobody is left');
  next = index + 1;
  return person;
};
const VERIFY = purpose('DATA_VERIFICATION');

describe.each(['first request', 'warm request'])('%s', (door) => {
  const ask: System['ask'] = async (query, asking) => {
    if (door === 'warm request') {
      await system.ask(query, asking);
      system.received.length = 0;
    }
    return system.ask(query, asking);
  };
  const mark = `# ${door}\n`;
  const checking = (selection: string): string =>
    `${mark} query ($id: ID!, $held: String!) ${VERIFY} { person(idNumber: $id) { ${selection} } }`;

  test('what may only be checked answers whether it matches, and no value; the provider is not told what is held', async () => {
    const { idNumber: id, phone } = somebody();
    const query = checking('gender phone @verify(equals: $held)');
    const right = await ask(query, { as: EDUCATION, variables: { id, held: ` ${phone} ` } });
    expect(right.errors).toEqual([]);
    expect(right.data.person).toEqual({ gender: expect.any(String), phone: null });
    expect(verified(right)).toEqual([{ path: ['person', 'phone'], matches: true }]);
    expect(JSON.stringify(right)).not.toContain(phone);
    const held = '10000000000';
    const wrong = await system.ask(query, { as: EDUCATION, variables: { id, held } });
    expect(verified(wrong)).toEqual([{ path: ['person', 'phone'], matches: false }]);
    expect(JSON.stringify(wrong)).not.toContain(phone);
    expect(asked()).not.toMatch(/verify|10000000000|equals/);
  });

  test('without @verify it stays denied, and the denial says what to write', async () => {
    const query = `${mark} query ($id: ID!) ${VERIFY} { person(idNumber: $id) { phone } }`;
    const answer = await ask(query, { as: EDUCATION, variables: { id: somebody().idNumber } });
    expect(codes(answer)).toEqual(['PURPOSE_NOT_ALLOWED']);
    expect(answer.errors[0]?.message).toContain('@verify');
    expect(asked()).not.toContain('phone');
  });

  test.each([
    ['a withheld item', 'photoDigest', EDUCATION, 'WITHHELD'],
    ['an item without a grant', 'residence', EDUCATION, 'GRANT_REQUIRED'],
    ['a conditional item of somebody without grants', 'phone', REGISTRATION, 'GRANT_REQUIRED'],
  ])('%s is not confirmed either', async (_, field, as, code) => {
    const query = checking(`${field} @verify(equals: $held)`);
    const answer = await ask(query, { as, variables: { id: somebody().idNumber, held: 'x' } });
    expect(codes(answer)).toEqual([code]);
    expect(verified(answer)).toBeUndefined();
    expect(asked()).not.toContain(field);
  });

  test('what is given only masked is not confirmed in full', async () => {
    const query = `${mark} query ($id: ID!) ${purpose('WORK_REFERENCE')} { person(idNumber: $id) { gender name @verify(equals: "x") } }`;
    const answer = await ask(query, { as: EDUCATION, variables: { id: somebody().idNumber } });
    expect(codes(answer)).toEqual(['PURPOSE_NOT_ALLOWED']);
  });

  test('an item that may be seen may be checked; where its type knows no null it is left out like a skipped field', async () => {
    const { idNumber: id, name } = somebody();
    const query = checking('gender name @verify(equals: $held)');
    const answer = await ask(query, { as: EDUCATION, variables: { id, held: name } });
    expect(answer.errors).toEqual([]);
    expect(answer.data.person).toEqual({ gender: expect.any(String) });
    expect(verified(answer)).toEqual([{ path: ['person', 'name'], matches: true }]);
  });

  test('numbers and enumerations are compared as what they are', async () => {
    const { idNumber: id } = somebody((one) => system.city.insurance.has(one.idNumber));
    const months = system.city.insurance.get(id)?.months;
    const query = checking('insuranceMonths @verify(equals: $held) maritalStatus @verify(equals: "SINGLE")');
    const answer = await ask(query, { as: EDUCATION, variables: { id, held: `${months}` } });
    const status = system.city.marriages.get(id)?.status;
    expect(verified(answer)).toEqual([
      { path: ['person', 'insuranceMonths'], matches: true },
      { path: ['person', 'maritalStatus'], matches: status === undefined ? null : status === 'SINGLE' },
    ]);
  });

  test.each([
    ['a word for a number', 'insuranceMonths', 'many'],
    ['no value of the enumeration', 'maritalStatus', 'FREE'],
    ['nothing', 'phone', ' '],
  ])('%s is bad input, found before anybody is asked and never quoted', async (_, field, held) => {
    const query = checking(`${field} @verify(equals: $held)`);
    const answer = await ask(query, { as: EDUCATION, variables: { id: somebody().idNumber, held } });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.data).toBeUndefined();
    expect(system.received).toEqual([]);
  });

  test('two guesses under one key are refused', async () => {
    const { idNumber: id, phone } = somebody();
    const query = checking('phone @verify(equals: $held) phone @verify(equals: "10000000000")');
    const answer = await ask(query, { as: EDUCATION, variables: { id, held: phone } });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(verified(answer)).toBeUndefined();
    const plain = `${mark} query ($id: ID!) ${purpose()} { person(idNumber: $id) { name name @verify(equals: "x") } }`;
    const both = await ask(plain, { as: EDUCATION, variables: { id } });
    expect(codes(both)).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['a list', '{ people(first: 5) { edges { node { phone @verify(equals: "1") } } } }'],
    [
      'a fragment below a list',
      '{ people(first: 5) { edges { node { ...F } } } } fragment F on Person { phone @verify(equals: "1") }',
    ],
    ['an object', '{ person(idNumber: "1") { spouse @verify(equals: "1") { name } } }'],
    ['a type', '{ person(idNumber: "1") { __typename @verify(equals: "Person") } }'],
    ['with @crossCheck', '{ enterprise(uscc: "1") { registeredAddress @crossCheck @verify(equals: "1") } }'],
  ])('@verify does not stand on %s', async (_, selection) => {
    const answer = await ask(`${mark} query ${VERIFY} ${selection}`, { as: EDUCATION });
    expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(system.received).toEqual([]);
  });

  test('a record whose subject is not known is not checked', async () => {
    const query = `${mark} query ($number: ID!) ${purpose()} { property(unitNumber: $number) { address @verify(equals: "1") } }`;
    const answer = await ask(query, { as: EDUCATION, variables: { number: system.examples.property } });
    expect(codes(answer)).toEqual(['PURPOSE_NOT_ALLOWED']);
    expect(asked()).not.toContain('address');
  });

  test('out of scope nothing is confirmed', async () => {
    const { idNumber: id, phone } = somebody((one) => one.residenceRegion !== '990101');
    const query = checking('phone @verify(equals: $held)');
    const answer = await ask(query, { as: FUND, variables: { id, held: phone } });
    expect(codes(answer)).toEqual(['OUT_OF_SCOPE']);
    expect(verified(answer)).toBeUndefined();
    const inside = somebody((one) => one.residenceRegion === '990101');
    const passed = await ask(query, { as: FUND, variables: { id: inside.idNumber, held: inside.phone } });
    expect(verified(passed)).toEqual([{ path: ['person', 'phone'], matches: true }]);
  });
});

test('guessing is bounded: by item, subject and department, whatever the aliases, the operation or the door', async () => {
  const { idNumber: id, phone } = somebody();
  const guess = (held: string, key = 'a') =>
    `{ ${key}: person(idNumber: "${id}") { phone @verify(equals: "${held}") } }`;
  const aliases = Array.from({ length: PER_SUBJECT - 1 }, (_, index) =>
    guess(`1000000000${index}`, `a${index}`).slice(2, -2),
  );
  const many = await system.ask(`query ${VERIFY} { ${aliases.join(' ')} }`, { as: EDUCATION });
  expect(verified(many)).toHaveLength(PER_SUBJECT - 1);
  const last = await system.ask(`query ${VERIFY} ${guess('10000000009')}`, { as: EDUCATION });
  expect(verified(last)).toEqual([{ path: ['a', 'phone'], matches: false }]);
  const spent = await system.ask(`query Other ${VERIFY} ${guess(phone ?? '')}`, { as: EDUCATION });
  expect(codes(spent)).toEqual(['QUOTA_EXCEEDED']);
  expect(verified(spent)).toEqual([{ path: ['a', 'phone'], matches: null }]);
  // Another item of the same person, and the same item of another person, are counted apart.
  const other = await system.ask(
    `query ${VERIFY} { person(idNumber: "${id}") { gender name @verify(equals: "x") } }`,
    { as: EDUCATION },
  );
  expect(verified(other)).toEqual([{ path: ['person', 'name'], matches: false }]);
});

test('parallel guesses do not slip past the count', async () => {
  const { idNumber: id } = somebody();
  const query = `query ($id: ID!, $held: String!) ${VERIFY} { person(idNumber: $id) { phone @verify(equals: $held) } }`;
  const answers = await Promise.all(
    Array.from({ length: 3 * PER_SUBJECT }, (_, index) =>
      system.ask(query, { as: EDUCATION, variables: { id, held: `100000000${index + 10}` } }),
    ),
  );
  expect(answers.filter((one) => one.errors.length === 0)).toHaveLength(PER_SUBJECT);
});

test('an attempt is a disclosure: on record with its subject, without the value and without its outcome', async () => {
  const { idNumber: id, phone } = somebody();
  const query = `query ($id: ID!, $held: String!) ${VERIFY} { person(idNumber: $id) { phone @verify(equals: $held) } }`;
  const digests = [];
  for (const held of [phone, '10000000000']) {
    await system.ask(query, { as: EDUCATION, variables: { id, held } });
    const record = system.disclosures().at(-1);
    expect(record).toMatchObject({ subjects: [expect.any(String)] });
    expect(record?.decisions).toContainEqual(
      expect.objectContaining({ coordinate: 'Person.phone', effect: 'MATCH' }),
    );
    expect(JSON.stringify(record)).not.toMatch(new RegExp(`${phone}|${id}|10000000000|true|false`));
    digests.push(record?.answerDigest);
  }
  expect(new Set(digests).size).toBe(2); // Whether it matched is disclosed, so it is digested.
});

describe('cross-checking sources', () => {
  const query = `query ($uscc: ID!) ${purpose()} { enterprise(uscc: $uscc) { name registeredAddress @crossCheck } }`;
  const sourcesOf = (answer: Answer): unknown => Reflect.get(answer.extensions, 'sources');

  test.each(['first request', 'warm request'])(
    '%s: the answer is the authoritative value, with who agrees',
    async () => {
      const [enterprise] = system.city.enterprises;
      const answer = await system.ask(query, { variables: { uscc: enterprise?.uscc } });
      expect(answer.errors).toEqual([]);
      expect(answer.data.enterprise.registeredAddress).toBe(enterprise?.registeredAddress);
      expect(sourcesOf(answer)).toEqual([
        {
          path: ['enterprise', 'registeredAddress'],
          coordinate: 'Enterprise.registeredAddress',
          authoritative: { subgraph: 'enterprises', provider: '云溪市市场监督管理局' },
          others: [{ subgraph: 'licences', provider: '云溪市数据局', agrees: false }], // The licence still states the former address.
        },
      ]);
      expect(asked()).not.toMatch(/crossCheck/);
      const fromSource = system.received.filter((one) => one.query.includes('registeredAddress'));
      expect(fromSource.map((one) => one.provider).sort()).toEqual(['enterprises', 'licences']);
      for (const { consumer } of fromSource) expect(consumer).toMatchObject({ matter: 'YX-TEST-1' });
      expect(system.disclosures().at(-1)?.providers).toEqual(
        expect.arrayContaining([expect.objectContaining({ subgraph: 'licences', outcome: 'OK' })]),
      );
    },
  );

  test('each record is compared by itself, in lists too', async () => {
    const positions = `query ${purpose()} { people(first: 60) { edges { node { positions { enterprise { uscc registeredAddress @crossCheck } } } } } }`;
    const answer = await system.ask(positions);
    expect(answer.errors).toEqual([]);
    const found = sourcesOf(answer) as { path: (string | number)[]; others: { agrees: boolean }[] }[];
    expect(found.length).toBeGreaterThan(0);
    for (const { path, others } of found) {
      const value = path.slice(0, -1).reduce((at, step) => at[step], answer.data);
      const index = system.city.enterprises.findIndex((one) => one.uscc === value.uscc);
      expect(value.registeredAddress).toBe(system.city.enterprises[index]?.registeredAddress);
      expect(others[0]?.agrees).toBe(index % 20 !== 0); // Every 20th licence still states the former address.
    }
    const batches = system.received.filter((one) => one.query.includes('registeredAddress'));
    expect(batches).toHaveLength(2);
  });

  test('an item with one source says so', async () => {
    const answer = await system.ask(
      `query ($id: ID!) ${purpose()} { person(idNumber: $id) { gender @crossCheck } }`,
      { variables: { id: somebody().idNumber } },
    );
    expect(answer.errors).toEqual([]);
    expect(sourcesOf(answer)).toMatchObject([{ authoritative: { subgraph: 'population' }, others: [] }]);
  });
});
