import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { FUND, purpose, type System, startSystem } from '../e2e/system.ts';

const POLICE = '11990101MB00000019';

let system: System | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await system?.close();
  system = undefined;
});

test('when the disclosure cannot be recorded, nothing is disclosed; when it can again, answers come again', async () => {
  system = await startSystem();
  const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`;
  expect((await system.ask(query)).data.person.name).toEqual(expect.any(String));
  // The disk fails under every open file: the only way to plant this without a failing disk.
  const probe = await open(join(system.dataDir, 'ledger', 'segment-00000001.v4'));
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  const failing = vi.spyOn(handles, 'datasync').mockRejectedValue(new Error('EIO'));
  for (const door of ['warm', 'first']) {
    const answer = await system.ask(door === 'warm' ? query : `# other\n${query}`);
    expect(answer.data).toBeUndefined();
    expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  }
  failing.mockRestore();
  expect((await system.ask(query)).data.person.name).toEqual(expect.any(String));
});

test('a grant that is taken back ends within a second, also for operations that are compiled', async () => {
  const grants = join(mkdtempSync(join(tmpdir(), 'liancha-grants-')), 'grants.yaml');
  cpSync('policies/grants.yaml', grants);
  system = await startSystem({ settings: { grants } });
  const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { phone } }`;
  for (let times = 0; times < 3; times++) expect((await system.ask(query, { as: FUND })).errors).toEqual([]);
  writeFileSync(
    grants,
    readFileSync(grants, 'utf8').replace('Person.insuranceMonths, Person.phone', 'Person.insuranceMonths'),
  );
  await expect
    .poll(async () => (await system?.ask(query, { as: FUND }))?.errors[0]?.extensions.code, {
      timeout: 1_500,
      interval: 50,
    })
    .toBe('GRANT_REQUIRED');
});

test('every answer and every refusal is on record under its receipt', async () => {
  system = await startSystem();
  const id = system.examples.person;
  const answers = [
    await system.ask(`query Named ${purpose()} { person(idNumber: "${id}") { name photoDigest } }`),
    await system.ask('{ person(idNumber: "1") { name } }'),
    await system.ask('{ nowhere }'),
    await system.post('nonsense'),
    await system.ask('{ __typename }', { headers: { authorization: 'Bearer x' } }),
  ];
  const records = new Map(system.disclosures().map((one) => [one.id, one]));
  const recorded = answers.map((answer) => records.get(answer.extensions.receipt?.id));
  expect(recorded.map((one) => one?.errors)).toEqual([
    ['WITHHELD'],
    ['PURPOSE_REQUIRED'],
    ['GRAPHQL_VALIDATION_FAILED'],
    ['BAD_USER_INPUT'],
    ['UNAUTHENTICATED'],
  ]);
  expect(recorded[0]).toMatchObject({
    operationName: 'Named',
    use: 'ADMINISTRATIVE_BASIS',
    matter: 'YX-TEST-1',
    rows: 1,
    providers: [{ subgraph: 'population', outcome: 'OK', calls: 1 }],
    decisions: expect.arrayContaining([
      { coordinate: 'Person.name', effect: 'ALLOW', provider: POLICE, policies: ['unconditional'] },
      {
        coordinate: 'Person.photoDigest',
        effect: 'DENY',
        code: 'WITHHELD',
        provider: POLICE,
        policies: ['withheld'],
      },
    ]),
  });
});

test('who reads the ledger cannot confirm a guess of whom was asked about, or of what was answered', async () => {
  system = await startSystem();
  const id = system.examples.person;
  const query = `query ${purpose()} { person(idNumber: "${id}") { idNumber } }`;
  const byVariable = `query($id: ID!) ${purpose()} { person(idNumber: $id) { idNumber } }`;
  await system.ask(query);
  await system.ask(byVariable, { variables: { id } });
  const [first, second] = system.disclosures().slice(-2);
  const kept = JSON.stringify([first, second]);
  const guesses = [
    id,
    query,
    `${query}\0`,
    JSON.stringify({ id }),
    JSON.stringify({ person: { idNumber: id } }),
    '{}',
  ];
  for (const guess of guesses)
    for (const digest of ['base64url', 'hex'] as const)
      expect(kept).not.toContain(createHash('sha256').update(guess).digest(digest));
  // Equal answers about one person do not look equal; that it is one person shows, which search needs.
  expect(first?.answerDigest).not.toBe(second?.answerDigest);
  expect(first?.subjects).toEqual(second?.subjects);
  expect(first).toMatchObject({ subjectKey: expect.stringMatching(/^.{12}$/), rows: 1 });
});

test('whatever was selected, whom the answer is about is on record, and none of it is shown unasked', async () => {
  system = await startSystem();
  const { person, enterprise, property } = system.examples;
  const hash = async (query: string): Promise<readonly unknown[]> => {
    await system?.ask(`query ${purpose()} ${query}`);
    return (system?.disclosures().at(-1)?.subjects ?? []) as readonly unknown[];
  };
  const [ofPerson] = await hash(`{ person(idNumber: "${person}") { idNumber } }`);
  const [ofEnterprise] = await hash(`{ enterprise(uscc: "${enterprise}") { uscc } }`);
  const one = `person(idNumber: "${person}")`;
  const cases: readonly [string, readonly unknown[], string][] = [
    [`{ ${one} { name } }`, [ofPerson], '{"person":{"name"}}'],
    [`{ ${one} { __typename } }`, [ofPerson], '{"person":{"__typename"}}'],
    [`{ ${one} { photoDigest } }`, [ofPerson], '{"person":{"photoDigest"}}'],
    [
      `{ ${one} { ...F } } fragment F on Person { name ... on Subject { displayName } }`,
      [ofPerson],
      '{"person":{"name","displayName"}}',
    ],
    [`{ ${one} { _s0: name _s1: gender } }`, [ofPerson], '{"person":{"_s0","_s1"}}'],
    [`{ ${one} { idNumber: name } }`, [ofPerson], '{"person":{"idNumber"}}'],
    [`{ ${one} { idNumber @skip(if: true) name } }`, [ofPerson], '{"person":{"name"}}'],
    [`{ enterprise(uscc: "${enterprise}") { name } }`, [ofEnterprise], '{"enterprise":{"name"}}'],
    [
      `{ ${one} { name } enterprise(uscc: "${enterprise}") { name } }`,
      [ofPerson, ofEnterprise],
      '{"person":{"name"},"enterprise":{"name"}}',
    ],
  ];
  for (const [query, subjects, shape] of cases) {
    const { data } = await system.ask(`query ${purpose()} ${query}`);
    const found = new Set(system.disclosures().at(-1)?.subjects as string[]);
    expect([query, found]).toEqual([query, new Set(subjects)]);
    expect(JSON.stringify(data, null).replace(/:("[^"]*"|null)(?=[,}])/g, '')).toBe(shape);
  }
  const { data } = await system.ask(`query ${purpose()} { people(first: 30) { edges { node { name } } } }`);
  expect(Object.keys(data.people.edges[0].node)).toEqual(['name']);
  expect(system.disclosures().at(-1)?.subjects).toHaveLength(30);
  // Through a union: whose the property is, the owners' names tell.
  const owned = await system.ask(
    `query ${purpose()} { property(unitNumber: "${property}") { owners { ... on Person { name } ... on Enterprise { name } } } }`,
  );
  expect(owned.errors).toEqual([]);
  expect(JSON.stringify(owned.data)).not.toMatch(/_s\d|99010119/);
  expect(system.disclosures().at(-1)?.subjects).toHaveLength(owned.data.property.owners.length);
});
