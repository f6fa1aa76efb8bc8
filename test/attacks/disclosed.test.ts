import { afterEach, expect, test } from 'vitest';
import { type Custom, type Member, RED, startCustom } from '../e2e/custom.ts';

/**
 * Whatever is sent to a provider is disclosed to it. Red publishes that it tells persons apart by the police's conditional and withheld
 * items, so that the gateway would send it them. Its other ways to say so: test/gateway/broker/disclosed.test.ts.
 */
let custom: Custom | undefined;
afterEach(async () => {
  await custom?.close();
  custom = undefined;
});

const U = '@sharing(class: UNCONDITIONAL)';
const ITEM = '@item(name: "x", type: C, length: 9)';
const ann = { id: '1', name: 'Ann', phone: 'SECRET-PHONE', photo: 'SECRET-PHOTO' };

const town: Member = {
  sdl: `
    type Query { person(id: ID! ${U}): Person ${U} }
    type Person @key(fields: "id") { id: ID! ${U} ${ITEM} name: String ${U} ${ITEM}
      phone: String @sharing(class: CONDITIONAL) ${ITEM} photo: String @sharing(class: WITHHELD, basis: "law") ${ITEM} }`,
  resolvers: { Query: { person: () => ann }, Person: { __resolveReference: () => ann } },
};
const red: Member = {
  sdl: `type Person @key(fields: "phone photo") @key(fields: "phone") { phone: String @external photo: String @external
    stolen: String ${U} ${ITEM} }`,
  department: RED,
  resolvers: { Person: { __resolveReference: () => ({ id: '1' }), stolen: () => 'S' } },
};

test('a provider is sent another department’s items by its own right only, at both doors, on record and vouched for', async () => {
  custom = await startCustom({ town, red }, ['Person.phone']);
  const current = custom;
  const asked = () => current.ask('{ person(id: "1") { name stolen } }');
  const sentToRed = () => current.received.filter(({ provider }) => provider === 'red');
  const refused = async (): Promise<void> => {
    const answer = await asked();
    expect(answer.data.person).toEqual({ name: 'Ann', stolen: null });
    expect(
      answer.errors.map(({ extensions: { code, coordinate, recipient } }) => [code, coordinate, recipient]),
    ).toEqual([['GRANT_REQUIRED', 'Person.stolen', '云溪市人力资源和社会保障局']]);
    expect(answer.errors[0]?.extensions.requires).toMatch(/^Person\.ph/);
    expect([sentToRed(), JSON.stringify(current.received).includes('photo')]).toEqual([[], false]);
  };
  const lastRecord = () => current.disclosures().at(-1);

  await refused();
  await refused();
  expect(lastRecord()?.sent).toBeUndefined();
  expect(lastRecord()?.decisions.filter((one) => one.coordinate === 'Person.stolen')).toMatchObject([
    { effect: 'DENY', code: 'GRANT_REQUIRED' },
  ]);

  current.grant({ [RED]: ['Person.phone'] });
  await expect.poll(async () => (await asked()).data.person.stolen, { timeout: 30_000 }).toBe('S');
  expect(sentToRed().map(({ variables }) => variables.representations)).toEqual([
    [{ __typename: 'Person', phone: 'SECRET-PHONE' }],
  ]);
  expect(sentToRed()[0]?.consumer.sent).toEqual(['Person.phone']);
  expect(lastRecord()).toMatchObject({
    sent: [{ subgraph: 'red', department: RED, coordinates: ['Person.phone'], grants: ['G-2026-0001'] }],
    grants: [],
  });

  current.revoke();
  await expect.poll(async () => (await asked()).data.person.stolen, { timeout: 30_000 }).toBeNull();
  await refused();
});
