import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applying, CIVIL_AFFAIRS, until } from './applying.ts';
import { type Way, wayTo } from './setup/cut.ts';
import { type Postgres, startPostgres } from './setup/postgres.ts';
import { EDUCATION, purpose, type System, startSystem } from './system.ts';

let postgres: Postgres;
let way: Way;
let first: System;
let second: System;
let does: ReturnType<typeof applying>;
beforeAll(async () => {
  postgres = await startPostgres();
  way = await wayTo(Number(new URL(postgres.url).port));
  const through = postgres.url.replace(/:\d+\//, `:${way.port}/`);
  first = await startSystem({ settings: { databaseUrl: postgres.url } });
  second = await startSystem({ settings: { databaseUrl: through, id: 'second' } });
  does = applying(first.exchange);
}, 240_000);
afterAll(async () => {
  await second.close();
  await first.close();
  await way.close();
  await postgres.close();
});

const maritalStatus = (system: System) => async (): Promise<string> => {
  const { data, errors } = await system.ask(
    `query ${purpose()} { person(idNumber: "${system.examples.person}") { name maritalStatus } }`,
    { as: EDUCATION },
  );
  expect(data.person.name).toEqual(expect.any(String)); // What is unconditional passes, whatever becomes of grants.
  return errors[0] ? String(errors[0].extensions.code) : data.person.maritalStatus;
};
const isGiven = (seen: string): boolean => /SINGLE|MARRIED|DIVORCED|WIDOWED/.test(seen);

describe('two gateways on one PostgreSQL', () => {
  it('give within a second what one of them has granted, and end it within a second', async () => {
    expect(await maritalStatus(second)()).toBe('GRANT_REQUIRED');
    const { parts } = await does.apply(['Person.maritalStatus']);
    const { grant } = await does.approve(CIVIL_AFFAIRS, { part: parts[0].id, version: parts[0].version });
    await until(maritalStatus(second), isGiven);
    await until(maritalStatus(first), isGiven);
    // Revoked at the other one.
    const there = applying(second.exchange);
    await there.revoke(CIVIL_AFFAIRS, { id: grant.id, version: grant.version, reason: '职责调整' });
    await until(maritalStatus(first), (seen) => seen === 'GRANT_EXPIRED');
    await until(maritalStatus(second), (seen) => seen === 'GRANT_EXPIRED');
  });

  it('fail closed: cut off from the database for longer than a few seconds, one gives nothing conditional until it is back', async () => {
    const { parts } = await does.apply(['Person.maritalStatus']);
    const { grant } = await does.approve(CIVIL_AFFAIRS, { part: parts[0].id, version: parts[0].version });
    await until(maritalStatus(second), isGiven);
    way.cut();
    const stale = async () =>
      (await (await fetch(`${second.url}/metrics`)).text()).match(/^liancha_grants_stale (\d)/m)?.[1];
    await until(maritalStatus(second), (seen) => seen === 'GRANT_REQUIRED');
    expect(await stale()).toBe('1');
    expect(isGiven(await maritalStatus(first)())).toBe(true);
    expect(
      (await second.exchange('{ clocks { open } }', { as: CIVIL_AFFAIRS })).errors[0]?.extensions.code,
    ).toBe('STORE_UNAVAILABLE');
    // Revoked meanwhile: when the way is mended, what is given is what holds now.
    await does.revoke(CIVIL_AFFAIRS, { id: grant.id, version: grant.version, reason: '职责调整' });
    way.mend();
    await until(maritalStatus(second), (seen) => seen === 'GRANT_EXPIRED');
    expect(await stale()).toBe('0');
  });

  it('let one of two officials answer who answer at once, and tell the other', async () => {
    const { parts } = await does.apply(['Person.maritalStatus', 'Person.spouse']);
    const there = applying(second.exchange);
    const { id: part, version } = parts[0];
    const answers = await Promise.all([
      does.approve(CIVIL_AFFAIRS, { part, version }),
      there.refuse(CIVIL_AFFAIRS, { part, version, reason: '职责不相关' }),
    ]);
    expect(answers.map(({ code }) => code ?? 'answered').sort()).toEqual(['CONFLICT', 'answered']);
  });

  it('carry out a mutation once for its key, whichever of them is asked', async () => {
    const there = applying(second.exchange);
    const input = { application: does.asked(['Person.spouse']), idempotencyKey: 'once' };
    const [one, other] = await Promise.all([does.save(EDUCATION, input), there.save(EDUCATION, input)]);
    expect(one.id).toBe(other.id);
    const submit = { id: one.id, version: one.version, idempotencyKey: 'submit once' };
    const submitted = await Promise.all([does.submit(EDUCATION, submit), there.submit(EDUCATION, submit)]);
    expect(submitted.map((application) => application.parts[0].history.length)).toEqual([1, 1]);
  });
});
