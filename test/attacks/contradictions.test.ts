import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EDUCATION, FUND, purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';
import { type Says, startAnswering } from './answering.ts';

/** Two departments whose answers are whatever they like; the others are the demonstration's. */
let enterprises: Awaited<ReturnType<typeof startAnswering>>;
let population: Awaited<ReturnType<typeof startAnswering>>;
let system: System;
beforeAll(async () => {
  enterprises = await startAnswering();
  population = await startAnswering();
  system = await startSystem({
    instead: { enterprises: enterprises.url, population: population.url },
    settings: { limits: { attemptsPerSubject: 2 } },
  });
});
afterAll(async () => {
  await system.close();
  enterprises.close();
  population.close();
});

const VICTIM = '990101196107101177';
const ANYBODY = '990101199001011237';
const USCC = '91990101MA00000017';

const lastRecord = () => system.disclosures().at(-1);
/** The record's hash of somebody: what an honest answer about them alone has. */
const hashes = new Map<string, unknown>();
beforeEach(async () => {
  if (hashes.size > 0) return;
  for (const id of [VICTIM, ANYBODY, USCC]) {
    const isPerson = id !== USCC;
    const provider = isPerson ? population : enterprises;
    provider.says(honest(id));
    await system.ask(
      `query ${purpose()} { ${isPerson ? `person(idNumber: "${id}") { idNumber }` : `enterprise(uscc: "${id}") { uscc }`} }`,
    );
    const [hash] = (lastRecord()?.subjects ?? []) as unknown[];
    hashes.set(id, hash);
  }
});
const names = (ids: readonly string[]): unknown[] => ids.map((id) => hashes.get(id));

const FIELDS: Record<string, unknown> = {
  name: 'NAME',
  displayName: 'NAME',
  gender: 'MALE',
  birthDate: '1961-07-10',
  residenceRegion: '990101',
  residence: 'R',
  phone: '10012345678',
  status: 'ACTIVE',
  registeredAddress: 'ADDRESS',
};

/** Answers for one record, as it should. */
function honest(id: string): Says {
  return ({ name, node, variables }) => {
    if (name === 'person' || name === 'enterprise')
      return { __typename: name === 'person' ? 'Person' : 'Enterprise' };
    if (name === '_entities') {
      const argument = node.arguments?.[0]?.value;
      const list = argument?.kind === 'Variable' ? variables[argument.name.value] : [];
      return list as object[];
    }
    if (name === '__typename') return undefined;
    if (name === 'idNumber' || name === 'uscc') return id;
    return FIELDS[name];
  };
}

describe.each(['first request', 'warm request'])('%s', (door) => {
  const ask: System['ask'] = async (query, asking) => {
    const text = `# ${door}\n${query}`;
    if (door === 'warm request') await system.ask(text, asking);
    population.bodies.length = 0;
    enterprises.bodies.length = 0;
    system.received.length = 0;
    return system.ask(text, asking);
  };

  test('a key is asked once, whatever a consumer calls it: there is no second answer that could differ', async () => {
    let others = 0;
    population.says((asked, object) =>
      asked.name === 'idNumber' && asked.key !== 'idNumber'
        ? `${ANYBODY.slice(0, -1)}${others++}`
        : asked.name === '__typename'
          ? 'Person'
          : honest(VICTIM)(asked, object),
    );
    const query = `query ${purpose()} { person(idNumber: "${VICTIM}") { mine: idNumber name maritalStatus ... on Person { another: idNumber } } }`;
    const { data, errors } = await ask(query, { as: REGISTRATION });
    expect(errors).toEqual([]);
    expect(data.person).toMatchObject({ mine: VICTIM, another: VICTIM, name: 'NAME' });
    expect(population.bodies[0]?.match(/idNumber(?!:|\()/g)).toHaveLength(1);
    expect(lastRecord()?.subjects).toEqual(names([VICTIM]));
    // The other department was asked about the same person.
    expect(JSON.stringify(system.received.map((one) => one.variables))).toContain(VICTIM);
    expect(others).toBe(0);
  });

  test('attempts to check a value are counted for whom it is about, whatever else its provider says', async () => {
    population.says((asked, object) =>
      asked.name === 'idNumber' && asked.key !== 'idNumber'
        ? `${Math.random()}`
        : honest(door === 'first request' ? VICTIM : ANYBODY)(asked, object),
    );
    const id = door === 'first request' ? VICTIM : ANYBODY;
    const outcomes: unknown[] = [];
    for (let guess = 0; guess < 4; guess++) {
      const query = `query($held: String!) ${purpose('DATA_VERIFICATION')} { person(idNumber: "${id}") { me: idNumber gender @verify(equals: $held) } }`;
      const { errors } = await system.ask(query, { as: EDUCATION, variables: { held: 'FEMALE' } });
      outcomes.push(errors[0]?.extensions.code);
    }
    expect(outcomes).toEqual([undefined, undefined, 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
  });

  test.each<[string, unknown]>([
    ['leaves out whom it is', undefined],
    ['answers null for whom it is', null],
    ['answers a truth value for whom it is', true],
    ['answers an empty text for whom it is', ''],
  ])('a stub of a shared record that %s gets nobody’s data', async (_, said) => {
    population.says(honest(VICTIM));
    for (const selection of [
      'name',
      'who: name birthDate',
      '__typename gender',
      '... on Subject { displayName }',
    ]) {
      enterprises.says((asked, object) => {
        if (asked.name === 'legalRepresentative') return { __typename: 'Person' };
        if (asked.name === '__typename') return object.__typename;
        if (asked.name === 'idNumber') return said;
        return honest(USCC)(asked, object);
      });
      const query = `query ${purpose()} { enterprise(uscc: "${USCC}") { name legalRepresentative { ${selection} } } }`;
      const { data, errors } = await ask(query);
      expect(data).toEqual({ enterprise: { name: 'NAME', legalRepresentative: null } });
      expect(errors.map((one) => [one.extensions.code, one.path])).toEqual([
        ['PROVIDER_UNAVAILABLE', ['enterprise', 'legalRepresentative']],
      ]);
      const record = lastRecord();
      expect(record?.subjects).toEqual(names([USCC]));
      expect(effects(record)['Enterprise.name']).toBe('ALLOW');
      for (const field of ['name', 'birthDate', 'gender', 'displayName'])
        expect([undefined, 'ABSENT']).toContain(effects(record)[`Person.${field}`]);
    }
  });

  test.each([
    'idNumber @verify(equals: "x")',
    'idNumber @include(if: $no)',
    'idNumber @skip(if: $yes)',
    '... @include(if: $no) { idNumber }',
    '... on Person @skip(if: $yes) { idNumber }',
    'idNumber: name',
    '...F',
  ])('whom a record is about is on record although a consumer selects %s', async (selection) => {
    population.says(honest(VICTIM));
    const fragment = selection === '...F' ? 'fragment F on Person { idNumber @skip(if: $yes) }' : '';
    const query = `query($no: Boolean = false, $yes: Boolean = true) ${purpose()} { person(idNumber: "${VICTIM}") { birthDate a: gender @include(if: $no) b: gender @skip(if: $yes) ${selection} } } ${fragment}`;
    const { data } = await ask(query);
    expect(data.person.birthDate).toBe('1961-07-10');
    expect(JSON.stringify(data)).not.toContain(VICTIM);
    expect(lastRecord()?.subjects).toEqual(names([VICTIM]));
  });

  test('no alias of a consumer is taken for what the gateway asks for itself', async () => {
    enterprises.says(honest(USCC));
    for (const alias of ['_s0', '_s3', '__s', '_own_uscc', 'uscc']) {
      const query = `query ${purpose()} { enterprise(uscc: "${USCC}") { name ${alias}: registeredAddress @crossCheck } }`;
      const { data, errors } = await ask(query);
      if (alias.startsWith('__')) {
        expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
        continue;
      }
      expect(data.enterprise.name).toBe('NAME');
      expect(data.enterprise[alias]).not.toBe(USCC);
      expect(lastRecord()?.subjects).toEqual(names([USCC]));
    }
  });

  test('a record that is not the one that was asked for is no answer', async () => {
    population.says(honest(ANYBODY));
    enterprises.says(honest(ANYBODY));
    for (const [query, variables] of [
      [`{ person(idNumber: "${VICTIM}") { name birthDate maritalStatus } }`, {}],
      ['query($id: ID!) @P { person(idNumber: $id) { idNumber name } }', { id: VICTIM }],
      ['query($id: ID!) @P { person(idNumber: $id) { gender @verify(equals: "MALE") } }', { id: VICTIM }],
      [
        'query($id: ID!) @P { who: person(idNumber: $id) { ... on Subject { displayName } } }',
        { id: VICTIM },
      ],
      ['query($id: ID!) @P { enterprise(uscc: $id) { name } }', { id: USCC }],
    ] as const) {
      const text = query.startsWith('{') ? `query @P ${query}` : query;
      const answer = await ask(text.replace('@P', purpose('DATA_VERIFICATION')), { variables });
      expect(Object.values(answer.data)).toEqual([null]);
      expect(answer.errors.map((one) => one.extensions.code)).toEqual(['PROVIDER_CONTRADICTION']);
      expect(Reflect.get(answer.extensions, 'verified')).toBeUndefined();
      expect([lastRecord()?.subjects, lastRecord()?.rows]).toEqual([[], 0]);
      expect(
        Object.entries(effects(lastRecord())).filter(
          ([at, one]) => /^(Person|Enterprise|Subject)\.\w+$/.test(at) && one !== 'ABSENT' && one !== 'DENY',
        ),
      ).toEqual([]);
    }
    // The same number in other letters is the same.
    population.says(honest('99010119610710117X'));
    const { errors } = await ask(`query ${purpose()} { person(idNumber: "99010119610710117x") { name } }`);
    expect(errors).toEqual([]);
  });

  describe('of a page', () => {
    const IDS = [VICTIM, ANYBODY];
    const page: Says = (asked, object) => {
      if (asked.name === 'people')
        return { edges: IDS.map((id) => ({ cursor: `cursor-${id}`, node: { id } })) };
      if (asked.name === 'edges' || asked.name === 'cursor' || asked.name === 'node')
        return object[asked.name];
      if (asked.name === 'pageInfo') return { endCursor: `cursor-${ANYBODY}` };
      if (asked.name === 'endCursor') return object.endCursor;
      if (asked.name === 'hasNextPage') return true;
      return honest(String(object.id))(asked, object);
    };

    test('cursors say nothing, and who is in it is on record whatever was selected', async () => {
      population.says(page);
      for (const selection of [
        'edges { cursor } pageInfo { endCursor }',
        'pageInfo { hasNextPage }',
        'pageInfo { endCursor }',
        '__typename',
        'edges { __typename }',
        'e: edges { c: cursor }',
        'edges @skip(if: true) { node { idNumber } } pageInfo { hasNextPage }',
        'edges { node @skip(if: true) { idNumber } cursor }',
        'edges { node { name } }',
      ]) {
        const { data, errors } = await ask(`query ${purpose()} { people(first: 2) { ${selection} } }`);
        expect(errors).toEqual([]);
        const text = JSON.stringify(data);
        for (const id of IDS) {
          expect(text).not.toContain(id);
          expect(Buffer.from(text, 'base64url').toString()).not.toContain(id);
        }
        expect([selection, lastRecord()?.subjects, lastRecord()?.rows]).toEqual([selection, names(IDS), 2]);
      }
      // Without a name there is nobody to be told of.
      population.says((asked, object) => (asked.name === 'idNumber' ? null : page(asked, object)));
      const nameless = await ask(`query ${purpose()} { people(first: 2) { pageInfo { hasNextPage } } }`);
      expect([nameless.data, nameless.errors[0]?.extensions.code]).toEqual([null, 'PROVIDER_UNAVAILABLE']);
    });

    test('a cursor leads on for whom it was given, and for nobody else', async () => {
      population.says(page);
      const first = await ask(`query ${purpose()} { people(first: 2) { pageInfo { endCursor } } }`);
      const cursor: string = first.data.people.pageInfo.endCursor;
      const query = `query($c: String, $f: PersonFilter) ${purpose()} { people(first: 2, after: $c, filter: $f) { edges { node { idNumber } } } }`;
      const { errors } = await ask(query, { variables: { c: cursor, f: { residenceRegion: cursor } } });
      expect(errors).toEqual([]);
      const [body = ''] = population.bodies;
      expect(Object.values(JSON.parse(body).variables)).toContain(`cursor-${ANYBODY}`);
      // Elsewhere it stays what it is: nobody is told what is in it.
      expect(body).toContain(`"residenceRegion":"${cursor}"`);
      const literal = query.replace('after: $c', `after: "${cursor}"`).replace('$c: String, ', '');
      expect((await ask(literal)).errors).toEqual([]);
      expect(population.bodies.join()).toContain(`cursor-${ANYBODY}`);
      const changed = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
      for (const [c, as] of [
        [cursor, EDUCATION],
        [changed, REGISTRATION],
        [`cursor-${ANYBODY}`, REGISTRATION],
        ['', REGISTRATION],
      ] as const) {
        const refused = await ask(query, { as, variables: { c } });
        expect([refused.data, refused.errors[0]?.extensions.code]).toEqual([undefined, 'BAD_USER_INPUT']);
        const written = await ask(literal.replace(cursor, c), { as });
        expect([written.data, written.errors[0]?.extensions.code]).toEqual([undefined, 'BAD_USER_INPUT']);
        expect(population.bodies).toEqual([]);
      }
      const reserved = await ask(query.replaceAll('$c', '$liancha_cursor_0'), { variables: {} });
      expect(reserved.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    });
  });

  test('what was not given is not recorded as given: denied, lost, not found, out of reach', async () => {
    population.says(honest(VICTIM));
    const one = `person(idNumber: "${VICTIM}")`;
    // `properties: [Property!]!` is denied to this department, and takes the person with it.
    const denied = await ask(`query ${purpose()} { ${one} { name properties { area } } }`, { as: EDUCATION });
    expect(denied.data).toEqual({ person: null });
    expect(effects(lastRecord())).toMatchObject({ 'Person.name': 'ABSENT', 'Person.properties': 'DENY' });
    expect(lastRecord()?.rows).toBe(0);
    // `positions: [Position!]!` does not come.
    enterprises.says(() => undefined);
    const lost = await ask(`query ${purpose()} { ${one} { name positions { title } } }`, { as: FUND });
    expect(lost.data).toEqual({ person: null });
    expect(effects(lastRecord())).toMatchObject({
      'Person.name': 'ABSENT',
      'Person.positions': 'ABSENT',
      'Position.title': 'ABSENT',
    });
    expect(lastRecord()?.rows).toBe(0);
    // Nobody is found.
    population.says(({ name }) => (name === 'person' ? null : undefined));
    const nobody = await ask(`query ${purpose()} { ${one} { idNumber name } }`);
    expect([nobody.data, nobody.errors]).toEqual([{ person: null }, []]);
    expect(effects(lastRecord())).toMatchObject({ 'Query.person': 'ALLOW', 'Person.name': 'ABSENT' });
    expect([lastRecord()?.rows, lastRecord()?.subjects]).toEqual([0, []]);
    // A value that is there, and the provider's null, are given.
    population.says((asked, object) => (asked.name === 'residence' ? null : honest(VICTIM)(asked, object)));
    await ask(`query ${purpose()} { ${one} { name residence } }`, { as: REGISTRATION });
    expect(effects(lastRecord())).toMatchObject({ 'Person.name': 'ALLOW' });
    expect(lastRecord()?.rows).toBe(1);
    // Refused altogether.
    await ask(
      `query ${purpose('ADMINISTRATIVE_BASIS', ', onDenied: REJECT')} { ${one} { name photoDigest } }`,
    );
    expect(effects(lastRecord())).toMatchObject({ 'Person.name': 'ABSENT', 'Person.photoDigest': 'DENY' });
  });
});

function effects(record: Record<string, unknown> | undefined): Record<string, string> {
  const decisions = (record?.decisions ?? []) as { coordinate: string; effect: string }[];
  return Object.fromEntries(decisions.map((one) => [one.coordinate, one.effect]));
}
