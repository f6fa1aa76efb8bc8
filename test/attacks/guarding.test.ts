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

let system: System;
let id: string;
beforeAll(async () => {
  system = await startSystem();
  id = system.examples.person;
});
afterAll(() => system.close());
beforeEach(() => {
  system.received.length = 0;
});

/** Everything that any provider was asked, as one text. */
const asked = (): string =>
  system.received.map((one) => one.query + JSON.stringify(one.variables)).join('\n');
const codes = (answer: Answer): unknown[] => answer.errors.map((one) => one.extensions.code);

/** The two doors: the first request of an operation goes through Apollo Server, later ones take the warm path. */
describe.each(['first request', 'warm request'])('%s', (door) => {
  const ask: System['ask'] = async (query, asking) => {
    if (door === 'warm request') {
      await system.ask(query, asking);
      system.received.length = 0;
    }
    return system.ask(query, asking);
  };
  // Each door has its own texts, so that the first request is one.
  const mark = `# ${door}\n`;

  test('a denied item is null with its reason, and is not asked of its provider', async () => {
    const answer = await ask(
      `${mark} query ${purpose()} { person(idNumber: "${id}") { name phone photoDigest } }`,
      { as: EDUCATION },
    );
    expect(answer.data.person).toMatchObject({ phone: null, photoDigest: null });
    expect(codes(answer)).toEqual(['GRANT_REQUIRED', 'WITHHELD']);
    expect(answer.errors[0]?.path).toEqual(['person', 'phone']);
    expect(asked()).toContain('name');
    expect(asked()).not.toMatch(/phone|photoDigest/);
  });

  test.each([
    ['an alias', '{ person(idNumber: $id) { name: photoDigest } }'],
    ['an alias of a key field', '{ person(idNumber: $id) { idNumber: photoDigest } }'],
    [
      'nested fragments',
      '{ person(idNumber: $id) { ...A } } fragment A on Person { ...B } fragment B on Person { photoDigest }',
    ],
    [
      'an inline fragment on an interface',
      '{ person(idNumber: $id) { ... on Subject { displayName ... on Person { photoDigest } } } }',
    ],
    ['@skip that is false', '{ person(idNumber: $id) { name photoDigest @skip(if: $no) } }'],
    ['@include that is true', '{ person(idNumber: $id) { name ... @include(if: $yes) { photoDigest } } }'],
    ['a path through another department', '{ person(idNumber: $id) { spouse { photoDigest } } }'],
    ['a list', '{ people(first: 2) { edges { node { photoDigest } } } }'],
    ['a union', '{ person(idNumber: $id) { properties { owners { ... on Person { photoDigest } } } } }'],
    ['a field twice', '{ person(idNumber: $id) { photoDigest } p2: person(idNumber: $id) { photoDigest } }'],
  ])('%s does not reach a withheld item', async (name, selection) => {
    const query = `${mark}# ${name}\nquery ($id: ID!, $no: Boolean = false, $yes: Boolean = true) ${purpose()} ${selection}`;
    const used = ['$id', '$no', '$yes'].filter((variable) => selection.includes(variable));
    const trimmed = query
      .replace('$no: Boolean = false, ', used.includes('$no') ? '$no: Boolean = false, ' : '')
      .replace(', $yes: Boolean = true', used.includes('$yes') ? ', $yes: Boolean = true' : '')
      .replace('($id: ID!, ', used.includes('$id') ? '($id: ID!, ' : '(')
      .replace('($id: ID!)', used.includes('$id') ? '($id: ID!)' : '')
      .replace(', ) ', ') ');
    const answer = await ask(trimmed, { variables: { id } });
    expect(codes(answer)).toContain('WITHHELD');
    expect(asked()).not.toContain('photoDigest');
    expect(JSON.stringify(answer.data)).not.toMatch(/[0-9a-f]{64}/);
  });

  test('what is not included is neither answered nor denied', async () => {
    const query = `${mark} query ($show: Boolean!) ${purpose()} { person(idNumber: "${id}") { name photoDigest @include(if: $show) } }`;
    const hidden = await ask(query, { variables: { show: false } });
    expect(hidden.errors).toEqual([]);
    expect(hidden.data.person).toEqual({ name: expect.any(String) });
    const shown = await ask(query, { variables: { show: true } });
    expect(codes(shown)).toEqual(['WITHHELD']);
  });

  test.each([
    ['a literal', `people(filter: { phone: "10012345678" }, first: 1)`, '', {}],
    [
      'a variable',
      'people(filter: { phone: $phone }, first: 1)',
      '($phone: String)',
      { phone: '10012345678' },
    ],
    [
      'an input object in a variable',
      'people(filter: $filter, first: 1)',
      '($filter: PersonFilter)',
      { filter: { phone: '10012345678' } },
    ],
    [
      'a default of a variable',
      'people(filter: $filter, first: 1)',
      '($filter: PersonFilter = { phone: "10012345678" })',
      {},
    ],
    ['a null', 'people(filter: { phone: null }, first: 1)', '', {}],
  ])('a filter on a conditional item is an oracle: %s', async (_, field, declared, variables) => {
    const query = `${mark} query ${declared} ${purpose()} { ${field} { edges { node { name } } } }`;
    const answer = await ask(query, { as: EDUCATION, variables });
    expect(codes(answer)).toEqual(['GRANT_REQUIRED']);
    expect(answer.errors[0]?.extensions).toMatchObject({
      coordinate: 'PersonFilter.phone',
      tests: 'Person.phone',
    });
    expect(answer.data).toBeNull(); // people: PersonConnection! propagates
    expect(system.received).toEqual([]);
  });

  test('the same filter is served to a department that holds the grant', async () => {
    const phone = system.city.people[7]?.phone;
    const query = `${mark} query ($filter: PersonFilter) ${purpose()} { people(filter: $filter, first: 1) { edges { node { phone } } } }`;
    const answer = await ask(query, { as: FUND, variables: { filter: { phone } } });
    expect(answer.errors).toEqual([]);
    expect(answer.data.people.edges[0].node.phone).toBe(phone);
    expect(system.received[0]?.consumer.grants).toEqual(['G-2026-0003']);
  });

  test('one text, two values: only the value that tests a conditional item is refused', async () => {
    const query = `${mark} query ($filter: PersonFilter) ${purpose()} { people(filter: $filter, first: 1) { edges { cursor } } }`;
    const allowed = await ask(query, { as: EDUCATION, variables: { filter: { residenceRegion: '990101' } } });
    expect(allowed.errors).toEqual([]);
    const denied = await ask(query, {
      as: EDUCATION,
      variables: { filter: { residenceRegion: '990101', phone: '1' } },
    });
    expect(codes(denied)).toEqual(['GRANT_REQUIRED']);
  });

  test('a computed item needs the right to what it is computed from', async () => {
    const query = `${mark} query ${purpose()} { person(idNumber: "${id}") { name housingSubsidyEligible } }`;
    const answer = await ask(query, { as: EDUCATION });
    expect(answer.data.person.housingSubsidyEligible).toBeNull();
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'GRANT_REQUIRED',
      requires: 'Person.maritalStatus',
    });
    expect(system.received.map((one) => one.provider)).toEqual(['population']);
    const granted = await ask(query, { as: FUND });
    expect(granted.errors).toEqual([]);
  });

  test('an argument that names a conditional item needs the right to it', async () => {
    const query = `${mark} query ${purpose()} { property(unitNumber: "${system.examples.property}") { area } }`;
    const denied = await ask(query, { as: EDUCATION });
    expect(codes(denied)).toEqual(['GRANT_REQUIRED']);
    expect(system.received).toEqual([]);
    const allowed = await ask(query, { as: REGISTRATION });
    expect(allowed.errors).toEqual([]);
  });

  test('a mask applies through aliases, fragments and the interface', async () => {
    const query = `${mark} query ${purpose('WORK_REFERENCE')} {
      person(idNumber: "${id}") { name again: name displayName ...S } } fragment S on Subject { shown: displayName }`;
    const { data, errors } = await ask(query);
    expect(errors).toEqual([]);
    const clear = system.city.people.find((one) => one.idNumber === id)?.name ?? '';
    for (const shown of Object.values(data.person))
      expect(shown).toBe(clear[0] + '*'.repeat(clear.length - 1));
  });

  test('onDenied: REJECT answers nothing but the errors, and asks nobody', async () => {
    const query = `${mark} query ${purpose('ADMINISTRATIVE_BASIS', ', onDenied: REJECT')} { person(idNumber: "${id}") { name photoDigest } }`;
    const answer = await ask(query);
    expect(answer.data).toBeUndefined();
    expect(codes(answer)).toEqual(['WITHHELD']);
    expect(system.received).toEqual([]);
  });

  test('an expired grant says so', async () => {
    const answer = await ask(
      `${mark} query ${purpose()} { person(idNumber: "${id}") { properties { area } } }`,
      { as: FUND },
    );
    expect(codes(answer)).toEqual(['GRANT_EXPIRED']);
    expect(answer.data.person).toBeNull(); // properties: [Property!]! propagates to person
  });

  test('keys that the planner needs are not shown', async () => {
    const { data } = await ask(
      `${mark} query ${purpose()} { person(idNumber: "${id}") { spouse { name } } }`,
    );
    expect(Object.keys(data.person)).toEqual(['spouse']);
    expect(Object.keys(data.person.spouse)).toEqual(['name']);
  });

  test('without @purpose nothing is asked', async () => {
    const answer = await ask(`${mark} { person(idNumber: "${id}") { name } }`);
    expect(codes(answer)).toEqual(['PURPOSE_REQUIRED']);
    expect(system.received).toEqual([]);
  });

  test('the purpose can come by variables, and is judged by their values', async () => {
    const query = `${mark} query ($use: Use!, $matter: String!) @purpose(use: $use, matter: $matter) { person(idNumber: "${id}") { name } }`;
    const clear = await ask(query, { variables: { use: 'ADMINISTRATIVE_BASIS', matter: 'm' } });
    const masked = await ask(query, { variables: { use: 'WORK_REFERENCE', matter: 'm' } });
    expect(clear.data.person.name).not.toContain('*');
    expect(masked.data.person.name).toContain('*');
    expect(codes(await ask(query, { variables: { use: 'ADMINISTRATIVE_BASIS', matter: ' ' } }))).toEqual([
      'PURPOSE_REQUIRED',
    ]);
  });

  test('the purpose can be a default of a variable', async () => {
    const query = `${mark} query ($use: Use! = WORK_REFERENCE, $id: ID!) @purpose(use: $use, matter: "m") { person(idNumber: $id) { name } }`;
    const masked = await ask(query, { variables: { id } });
    expect(masked.data.person.name).toContain('*');
    expect(codes(await ask(query, { variables: { id, use: 'SALE' } }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await ask(query, { variables: { id, use: null } }))).toEqual(['BAD_USER_INPUT']);
  });

  test('a mutation is guarded like a query, and runs once', async () => {
    const query = `${mark} mutation ($id: ID!) ${purpose()} { reportDiscrepancy(subject: $id, coordinate: "Person.name", note: "x") { id } }`;
    const answer = await ask(query, { variables: { id } });
    expect(answer.errors).toEqual([]);
    expect(system.received).toHaveLength(1);
    expect(codes(await ask(query.replace(purpose(), ''), { variables: { id } }))).toEqual([
      'PURPOSE_REQUIRED',
    ]);
  });

  test('introspection shows withheld items with their class, and no purpose is needed', async () => {
    const answer = await ask(`${mark} { __type(name: "Person") { fields { name description } } }`);
    const field = answer.data.__type.fields.find((one: { name: string }) => one.name === 'photoDigest');
    expect(field.description).toContain('WITHHELD');
    expect(system.received).toEqual([]);
  });

  test('introspection beside data does not open the data', async () => {
    const query = `${mark} query ${purpose()} { __schema { queryType { name } } person(idNumber: "${id}") { photoDigest } }`;
    const answer = await ask(query);
    expect(answer.data.__schema.queryType.name).toBe('Query');
    expect(codes(answer)).toEqual(['WITHHELD']);
  });

  test.each(['_entities(representations: [])', '_service { sdl }'])(
    '%s does not exist from outside',
    async (field) => {
      const answer = await ask(
        `${mark} query ${purpose()} { ${field} }`.replace(
          '_entities(representations: [])',
          '_entities(representations: []) { __typename }',
        ),
      );
      expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
      expect(system.received).toEqual([]);
    },
  );

  test('an alias cannot pass for __typename', async () => {
    const answer = await ask(`${mark} query ${purpose()} { person(idNumber: "${id}") { __typename: name } }`);
    expect(codes(answer)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  test('each provider gets an assertion for itself, with the consumer, the purpose and the disclosure', async () => {
    const answer = await ask(
      `${mark} query ${purpose()} { person(idNumber: "${id}") { name maritalStatus } }`,
    );
    const [population, marriage] = system.received;
    expect(population?.consumer).toMatchObject({
      use: 'ADMINISTRATIVE_BASIS',
      matter: 'YX-TEST-1',
      operator: 'test',
    });
    expect(population?.consumer.disclosure).toBe(answer.extensions.receipt?.id);
    expect(marriage?.consumer.grants).toEqual(['G-2026-0001']);
  });

  test('a department of the other network gets nothing', async () => {
    const token = await system.tokenOf(REGISTRATION, 'INTRANET');
    const answer = await ask(`${mark} query ${purpose()} { person(idNumber: "${id}") { name } }`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(codes(answer)).toContain('ZONE_MISMATCH');
    expect(system.received).toEqual([]);
  });

  test('no record holds a person in clear', async () => {
    await ask(`${mark} query ${purpose()} { person(idNumber: "${id}") { idNumber name phone } }`);
    const person = system.city.people.find((one) => one.idNumber === id);
    const text = JSON.stringify(system.disclosures());
    for (const secret of [id, person?.name ?? '', person?.phone ?? '']) expect(text).not.toContain(secret);
    expect(system.disclosures().at(-1)?.subjects).toHaveLength(1);
  });
});
