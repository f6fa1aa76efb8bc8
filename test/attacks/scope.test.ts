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

const FROM = { validFrom: '2026-01-01T00:00:00+08:00', validUntil: '2099-01-01T00:00:00+08:00' };
const USES = ['ADMINISTRATIVE_BASIS', 'WORK_REFERENCE'];
const inRegion = (...values: string[]) => [
  { coordinate: 'Person.residenceRegion', operator: 'STARTS_WITH', values },
];
const CIVIL_AFFAIRS = '云溪市民政局';
const HUMAN_RESOURCES = '云溪市人力资源和社会保障局';
const CODES = {
  [EDUCATION]: '11990101MB0000013G',
  [FUND]: '11990101MB0000012D',
  [REGISTRATION]: '11990101MB0000011A',
  [CIVIL_AFFAIRS]: '11990101MB0000002C',
  [HUMAN_RESOURCES]: '11990101MB0000006Q',
};
const grantOf = (number: number, department: keyof typeof CODES, coordinates: string[], more: object) => ({
  id: `G-2026-${String(number).padStart(4, '0')}`,
  department: CODES[department],
  coordinates,
  uses: USES,
  ...FROM,
  ...more,
});

const GRANTS = [
  grantOf(101, EDUCATION, ['Person.phone', 'Person.maritalStatus', 'Person.spouse', 'Person.properties'], {
    scope: inRegion('990101'),
  }),
  grantOf(102, EDUCATION, ['Property.*'], {}),
  grantOf(103, EDUCATION, ['Person.residence'], {
    scope: [{ coordinate: 'Person.residenceRegion', operator: 'AT_LEAST', values: ['990101'] }],
  }),
  grantOf(201, REGISTRATION, ['Person.phone'], {
    scope: inRegion('990101', '990102'),
    masks: { 'Person.phone': 'PHONE' },
  }),
  grantOf(202, REGISTRATION, ['Person.phone'], { scope: inRegion('990102') }),
  grantOf(203, REGISTRATION, ['Person.residence'], { masks: { 'Person.residence': 'ADDRESS' } }),
  grantOf(303, FUND, ['Person.residence'], { scope: [{ subjectsOf: 'MATTER' }] }),
  grantOf(301, FUND, ['Person.phone'], { quotaPerDay: 3 }),
  grantOf(401, CIVIL_AFFAIRS, ['Person.phone'], { quotaPerDay: 8 }),
  grantOf(402, HUMAN_RESOURCES, ['Person.phone'], { quotaPerDay: 10 }),
  grantOf(403, HUMAN_RESOURCES, ['Person.maritalStatus'], {}), // It is sent what it computes from.
  grantOf(302, FUND, ['Person.insuranceMonths'], {
    scope: [{ coordinate: 'Person.phone', operator: 'STARTS_WITH', values: ['100'] }],
  }),
];

let system: System;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-scope-'));
  const grants = join(folder, 'grants.yaml');
  writeFileSync(grants, JSON.stringify({ grants: GRANTS }));
  system = await startSystem({ settings: { grants } });
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  system.received.length = 0;
});

const codes = (answer: Answer): unknown[] => answer.errors.map((one) => one.extensions.code);
const personIn = (region: string, suits: (id: string) => boolean = () => true) => {
  const person = system.city.people.find(
    (one) => one.residenceRegion === region && suits(one.idNumber) && one.phone !== null,
  );
  if (!person) throw new Error(`nobody lives in ${region}`);
  return person;
};

describe.each(['first request', 'warm request'])('%s', (door) => {
  const ask: System['ask'] = async (query, asking) => {
    if (door === 'warm request') {
      await system.ask(query, asking);
      system.received.length = 0;
    }
    return system.ask(query, asking);
  };
  const mark = `# ${door}\n`;
  const byId = (selection: string, rest = ''): string =>
    `${mark} query ($id: ID!) ${purpose()} { person(idNumber: $id) { ${selection} } } ${rest}`;

  test('a record within the scope passes; the condition is asked for and not shown', async () => {
    const person = personIn('990101');
    const answer = await ask(byId('phone'), { as: EDUCATION, variables: { id: person.idNumber } });
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({ person: { phone: person.phone } });
    expect(system.received.at(-1)?.query).toContain('residenceRegion');
  });

  test('a record out of scope is null with OUT_OF_SCOPE, and its value is nowhere in the answer', async () => {
    const person = personIn('990102');
    const answer = await ask(byId('phone gender'), { as: EDUCATION, variables: { id: person.idNumber } });
    expect(answer.data.person).toEqual({ phone: null, gender: person.gender });
    expect(answer.errors).toMatchObject([
      { path: ['person', 'phone'], extensions: { code: 'OUT_OF_SCOPE', coordinate: 'Person.phone' } },
    ]);
    expect(JSON.stringify(answer)).not.toContain(person.phone);
    expect(JSON.stringify(answer)).not.toMatch(/990102|__own|residenceRegion/);
  });

  test.each([
    ['an alias', 'gender: phone', ''],
    ['an alias of the condition', 'residenceRegion: phone', ''],
    ['a fragment', '...F', 'fragment F on Person { phone }'],
    ['an interface', '...F', 'fragment F on Subject { ... on Person { phone } }'],
    ['a fulfilled condition', 'phone @include(if: true)', ''],
    ['the field twice', 'phone again: phone', ''],
  ])('%s does not lead around a scope', async (name, selection, rest) => {
    const person = personIn('990103');
    const answer = await ask(`# ${name}\n${byId(selection, rest)}`, {
      as: EDUCATION,
      variables: { id: person.idNumber },
    });
    expect(codes(answer)).toContain('OUT_OF_SCOPE');
    expect(JSON.stringify(answer)).not.toContain(person.phone);
  });

  test('a condition at another department is fetched from there', async () => {
    const [inside, outside] = [personIn('990101'), personIn('990103')];
    const query = byId('maritalStatus');
    const passed = await ask(query, { as: EDUCATION, variables: { id: inside.idNumber } });
    expect(passed.errors).toEqual([]);
    expect(passed.data.person.maritalStatus).toBe(system.city.marriages.get(inside.idNumber)?.status);
    const refused = await ask(query, { as: EDUCATION, variables: { id: outside.idNumber } });
    expect(refused.data.person).toEqual({ maritalStatus: null });
    expect(codes(refused)).toEqual(['OUT_OF_SCOPE']);
  });

  test('each record of a list is held against the scope by itself', async () => {
    const query = `${mark} query ${purpose()} { people(first: 40) { edges { node { region: residenceRegion phone } } } }`;
    const answer = await ask(query, { as: EDUCATION });
    const rows: { region: string; phone: string | null }[] = answer.data.people.edges.map(
      (one: { node: object }) => one.node,
    );
    expect(new Set(rows.map((one) => one.region)).size).toBe(3);
    for (const { region, phone } of rows) expect(phone !== null).toBe(region === '990101');
    expect(answer.errors).toHaveLength(rows.filter((one) => one.region !== '990101').length);
  });

  test('a person reached through a person is held against the scope by their own record', async () => {
    const married = [...system.city.marriages].flatMap(([id, { spouse }]) => {
      const [one, other] = [id, spouse].map((each) =>
        system.city.people.find((person) => person.idNumber === each),
      );
      return one?.residenceRegion === '990101' && other && other.residenceRegion !== '990101'
        ? [{ one, other }]
        : [];
    });
    const [couple] = married;
    if (!couple) throw new Error('no couple lives in two regions');
    const answer = await ask(byId('spouse { phone }'), {
      as: EDUCATION,
      variables: { id: couple.one.idNumber },
    });
    expect(answer.data.person).toEqual({ spouse: { phone: null } });
    expect(answer.errors[0]?.path).toEqual(['person', 'spouse', 'phone']);
    expect(JSON.stringify(answer)).not.toContain(couple.other.phone);
  });

  test('a list out of scope tells neither its items nor how many there are', async () => {
    const owner = personIn('990102', (id) =>
      system.city.properties.some((one) => one.owners.some((each) => JSON.stringify(each).includes(id))),
    );
    const query = byId('gender properties { area address }');
    const answer = await ask(query, { as: EDUCATION, variables: { id: owner.idNumber } });
    expect(answer.data.person).toBeNull(); // properties: [Property!]! propagates to person
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0]).toMatchObject({ path: ['person', 'properties'] });
  });

  test('a filter on a scoped item would tell of records outside the scope: it is refused', async () => {
    const query = `${mark} query ($f: PersonFilter) ${purpose()} { people(filter: $f, first: 1) { edges { node { gender } } } }`;
    const { phone } = personIn('990101');
    const answer = await ask(query, { as: EDUCATION, variables: { f: { phone } } });
    expect(codes(answer)).toEqual(['OUT_OF_SCOPE']);
    expect(answer.errors[0]?.extensions).toMatchObject({
      coordinate: 'PersonFilter.phone',
      tests: 'Person.phone',
    });
    expect(system.received).toEqual([]);
  });

  test('what is computed from a scoped item is within the same scope', async () => {
    const query = byId('housingSubsidyEligible');
    const [inside, outside] = [personIn('990101'), personIn('990102')];
    const passed = await ask(query, { as: EDUCATION, variables: { id: inside.idNumber } });
    expect(passed.errors).toEqual([]);
    expect(passed.data.person.housingSubsidyEligible).toEqual(expect.any(Boolean));
    const refused = await ask(query, { as: EDUCATION, variables: { id: outside.idNumber } });
    expect(refused.data.person).toEqual({ housingSubsidyEligible: null });
    expect(refused.errors[0]?.extensions).toMatchObject({
      code: 'OUT_OF_SCOPE',
      requires: 'Person.maritalStatus',
    });
  });

  test('a scope that the published schema cannot bear does not hold', async () => {
    const answer = await ask(byId('residence'), {
      as: EDUCATION,
      variables: { id: personIn('990101').idNumber },
    });
    expect(codes(answer)).toEqual(['OUT_OF_SCOPE']);
    expect(system.received.map((one) => one.query).join()).not.toContain('residence');
  });

  test('of several grants any that holds for the record lets it pass, in clear only if that one does', async () => {
    const phones: unknown[] = [];
    for (const region of ['990101', '990102', '990103']) {
      const answer = await ask(byId('phone'), { variables: { id: personIn(region).idNumber } });
      phones.push(answer.data.person.phone);
    }
    expect(phones).toEqual([expect.stringMatching(/^100\*{4}\d{4}$/), personIn('990102').phone, null]);
  });

  test('a mask of the grant applies where the provider has none', async () => {
    const answer = await ask(byId('residence'), { variables: { id: personIn('990101').idNumber } });
    expect(answer.errors).toEqual([]);
    expect(answer.data.person.residence).toMatch(/\*{3}$/);
  });

  test('a condition on what the consumer may not see itself is evaluated and not disclosed', async () => {
    const insured = system.city.people.find((one) => system.city.insurance.has(one.idNumber));
    const answer = await ask(byId('insuranceMonths'), { as: FUND, variables: { id: insured?.idNumber } });
    expect(answer.errors).toEqual([]);
    expect(answer.data.person.insuranceMonths).toEqual(expect.any(Number));
    expect(JSON.stringify(answer)).not.toContain(insured?.phone);
  });

  test('aliases of the gateway cannot be written by a consumer', async () => {
    const answer = await ask(byId('__own_residenceRegion: gender phone'), {
      as: EDUCATION,
      variables: { id: personIn('990102').idNumber },
    });
    expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(system.received).toEqual([]);
  });
});

test('the ledger says which items were read to tell the scope', async () => {
  await system.ask(`query ${purpose()} { person(idNumber: "${personIn('990101').idNumber}") { phone } }`, {
    as: EDUCATION,
  });
  expect(system.disclosures().at(-1)?.decisions).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ coordinate: 'Person.phone', effect: 'SCOPE' }),
      expect.objectContaining({
        coordinate: 'Person.residenceRegion',
        effect: 'CONDITION',
        policies: ['grant:G-2026-0101'],
      }),
    ]),
  );
});

test('only the subjects of the matter under way, from when they are registered until it is closed', async () => {
  const [party, stranger] = system.city.people.slice(10, 12);
  if (!party || !stranger) throw new Error('nobody');
  const exchange = async (query: string, variables: object, as = FUND) => {
    const response = await fetch(`${system.url}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await system.tokenOf(as)}` },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { data: unknown }).data;
  };
  const register =
    'mutation ($input: RegisterSubjectsInput!) { registerSubjects(input: $input) { subjects } }';
  const query = `query ($id: ID!) ${purpose()} { person(idNumber: $id) { residence } }`;
  const residenceOf = async (id: string) => {
    const answer = await system.ask(query, { as: FUND, variables: { id } });
    return answer.data.person.residence ?? codes(answer)[0];
  };
  expect(await residenceOf(party.idNumber)).toBe('OUT_OF_SCOPE');
  const input = { matter: 'YX-TEST-1', subjects: [party.idNumber] };
  await exchange(register, { input }, EDUCATION); // Another department's matter of the same number is another matter.
  expect(await residenceOf(party.idNumber)).toBe('OUT_OF_SCOPE');
  expect(await exchange(register, { input })).toEqual({ registerSubjects: { subjects: 1 } });
  expect(await residenceOf(party.idNumber)).toBe(party.residence);
  expect(await residenceOf(stranger.idNumber)).toBe('OUT_OF_SCOPE');
  expect(await exchange('mutation { closeMatter(input: { matter: "YX-TEST-1" }) { subjects } }', {})).toEqual(
    {
      closeMatter: { subjects: 0 },
    },
  );
  expect(await residenceOf(party.idNumber)).toBe('OUT_OF_SCOPE');
});

test('a grant gives as many records a day as its quota says; the rest of the answer still passes', async () => {
  const { idNumber, phone } = personIn('990101');
  const query = `query ${purpose()} { person(idNumber: "${idNumber}") { gender phone } }`;
  for (let answered = 0; answered < 3; answered++) {
    const answer = await system.ask(query, { as: FUND });
    expect(answer.data.person.phone).toBe(phone);
  }
  const spent = await system.ask(query, { as: FUND });
  expect(spent.data.person).toEqual({ gender: expect.any(String), phone: null });
  expect(spent.errors[0]).toMatchObject({
    path: ['person', 'phone'],
    extensions: { code: 'QUOTA_EXCEEDED', coordinate: 'Person.phone' },
  });
  const { retryAfter } = spent.errors[0]?.extensions ?? {};
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(86_400);
  expect(system.received.at(-1)?.query).not.toContain('phone');
});

describe('a quota counts records, each time that one is given', () => {
  const list = (first: number, selection = 'phone') =>
    `query ${purpose()} { people(first: ${first}) { edges { node { gender ${selection} } } } }`;
  const phonesOf = ({ data }: Answer, key = 'phone'): unknown[] =>
    data.people.edges.map(({ node }: { node: Record<string, unknown> }) => node[key]).filter(Boolean);

  test('a page larger than what is left gives none of its items, is counted as one, and the rest passes', async () => {
    const asked = { as: CIVIL_AFFAIRS };
    const over = await system.ask(list(20), asked);
    expect(phonesOf(over)).toEqual([]);
    expect(phonesOf(over, 'gender')).toHaveLength(20);
    expect(new Set(codes(over))).toEqual(new Set(['QUOTA_EXCEEDED']));
    expect(JSON.stringify(over)).not.toMatch(/100\d{8}/);
    const [, left] = [await system.ask(list(3), asked), await system.ask(list(3), asked)];
    expect(phonesOf(left)).toHaveLength(3); // 1 + 3 + 3 of 8
    // Two aliases give it twice; four at once are more than the one that is left.
    const twice = await system.ask(list(2, 'phone again: phone'), asked);
    expect(phonesOf(twice)).toEqual([]);
    const given = system
      .disclosures()
      .filter(({ department }) => department === CODES[CIVIL_AFFAIRS])
      .map(({ errors }) => errors);
    expect(given.filter((errors) => String(errors) === '')).toHaveLength(2);
    expect(given.filter((errors) => String(errors) === 'QUOTA_EXCEEDED').length).toBeGreaterThan(1);
  });

  test('by many requests at once, in a batch or beside each other, no more records come than it says', async () => {
    const asked = { as: HUMAN_RESOURCES };
    const query = (index: number) => `# ${index}\n${list(4)}`;
    const batch = JSON.stringify([1, 2].map((one) => ({ query: query(one) })));
    const [batched, ...beside] = await Promise.all([
      system.post(batch, asked),
      ...[3, 4, 5].map((one) => system.ask(query(one), asked)),
    ]);
    const answers = [...batched.data, ...beside] as Answer[];
    const phones = answers.flatMap((one) => phonesOf(one));
    expect(phones.length).toBeGreaterThan(0); // Five hold one each, which leaves room for one whole answer.
    expect(phones.length).toBeLessThanOrEqual(10);
    expect(phones.length % 4).toBe(0); // An answer is given whole or not at all.
  });
});
