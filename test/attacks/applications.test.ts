import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applying, CIVIL_AFFAIRS, DATA_BUREAU, POLICE, until } from '../e2e/applying.ts';
import { EDUCATION, FUND, purpose, type System, startSystem } from '../e2e/system.ts';

let system: System;
let does: ReturnType<typeof applying>;
beforeAll(async () => {
  system = await startSystem();
  does = applying(system.exchange);
}, 120_000);
afterAll(() => system.close());

const ENTERPRISES = '云溪市市场监督管理局';

describe('getting a grant that nobody gave', () => {
  it('by answering for another provider, for oneself, or as the platform: refused, and nothing is granted', async () => {
    const { id, parts } = await does.apply(['Person.maritalStatus']);
    const { id: part, version } = parts[0];
    const by = async (as: string) => (await does.approve(as, { part, version })).code;
    expect(await by(EDUCATION)).toBe('FORBIDDEN'); // the applicant
    expect(await by(DATA_BUREAU)).toBe('FORBIDDEN'); // sees it, but does not answer for the data
    expect(await by(POLICE)).toBe('NOT_FOUND'); // another provider
    expect(await by(FUND)).toBe('FORBIDDEN'); // no provider
    expect((await does.decide(DATA_BUREAU, { part, version, decision: 'ORDER', reason: 'x' })).code).toBe(
      'ILLEGAL_MOVE',
    );
    expect((await does.refuse(POLICE, { part, version, reason: 'x' })).code).toBe('NOT_FOUND');
    expect((await does.withdraw(CIVIL_AFFAIRS, { part, version })).code).toBe('FORBIDDEN');
    expect((await does.show(EDUCATION, id)).parts[0]).toMatchObject({
      state: 'SUBMITTED',
      version,
      grant: null,
    });
  });

  it('by asking for more than was asked for, in the answer', async () => {
    const { parts } = await does.apply(['Person.maritalStatus'], {
      scope: [{ coordinate: 'Person.residenceRegion', operator: 'STARTS_WITH', values: ['8'] }],
    });
    const { id: part, version } = parts[0];
    const answer = async (terms: object) =>
      (await does.approve(CIVIL_AFFAIRS, { part, version, terms, reason: 'x' })).code;
    expect(await answer({ items: ['Person.maritalStatus', 'Person.spouse'] })).toBe('BAD_USER_INPUT');
    expect(await answer({ uses: ['WORK_REFERENCE'] })).toBe('BAD_USER_INPUT');
    expect(await answer({ validUntil: '2030-01-01' })).toBe('BAD_USER_INPUT');
    expect(await answer({ quotaPerDay: 0 })).toBe('BAD_USER_INPUT');
    // The scope that was asked for stays, whatever the answer leaves out: this person is not in it.
    const { grant } = await does.approve(CIVIL_AFFAIRS, { part, version });
    expect(grant.inForce).toBe(true);
    const ask = async () => {
      const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { maritalStatus } }`;
      const { data, errors } = await system.ask(query, { as: EDUCATION });
      expect(data.person.maritalStatus).toBeNull();
      return errors[0]?.extensions.code;
    };
    await until(ask, (code) => code === 'OUT_OF_SCOPE');
  });

  it.each<[string, object]>([
    ['an item that does not exist', { items: ['Person.salary'] }],
    ['a type', { items: ['Person.*'] }],
    ['an item that is unconditional', { items: ['Person.name'] }],
    ['a use that its provider does not allow', { items: ['Person.phone'], uses: ['WORK_REFERENCE'] }],
    ['a time that is over', { items: ['Person.spouse'], until: '2020-01-01' }],
    ['a scope on an item that does not exist', scoped('Person.salary', 'EQUALS', '1')],
    ['a scope on an item of another type', scoped('Enterprise.name', 'EQUALS', 'x')],
    ['a scope with a value of another type', scoped('Person.gender', 'EQUALS', 'OTHER')],
    ['a scope that compares what has no order', scoped('Person.residenceRegion', 'AT_LEAST', '99')],
    ['a scope that begins with nothing', scoped('Person.residenceRegion', 'STARTS_WITH', '')],
    ['a scope that would tell an item it does not give', scoped('Person.phone', 'STARTS_WITH', '138')],
    ['a scope that would tell a withheld item', scoped('Person.photoDigest', 'EQUALS', 'x')],
    ['a scope that is none', { items: ['Person.spouse'], scope: [{}] }],
  ])('by applying for %s', async (_, { items = ['Person.spouse'], ...more }: { items?: string[] }) => {
    expect((await does.save(EDUCATION, { application: does.asked(items, more) })).code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('by sending a key again: with the same request the first answer, with another one nothing', async () => {
    const { parts } = await does.apply(['Person.spouse']);
    const { id: part, version } = parts[0];
    const refusal = { part, version, reason: '职责不相关', idempotencyKey: 'a key' };
    const [one, again] = [
      await does.refuse(CIVIL_AFFAIRS, refusal),
      await does.refuse(CIVIL_AFFAIRS, refusal),
    ];
    expect([again.state, again.version]).toEqual([one.state, one.version]);
    expect((await does.approve(CIVIL_AFFAIRS, { part, version, idempotencyKey: 'a key' })).code).toBe(
      'BAD_USER_INPUT',
    );
    // A key is the department's own: another one's is no answer to it.
    expect((await does.refuse(POLICE, refusal)).code).toBe('NOT_FOUND');
  });
});

describe('reading what is another’s', () => {
  it('an application: a draft is its applicant’s own, and a provider sees what it is asked', async () => {
    const draft = await does.save(EDUCATION, {
      application: does.asked(['Person.maritalStatus', 'Person.residence']),
    });
    for (const as of [CIVIL_AFFAIRS, POLICE, DATA_BUREAU]) {
      expect((await does.show(as, draft.id)).code).toBe('NOT_FOUND');
      expect((await does.list(as)).edges.map(({ node }: { node: { id: string } }) => node.id)).not.toContain(
        draft.id,
      );
    }
    expect((await does.approve(POLICE, { part: draft.parts[0].id, version: 1 })).code).toMatch(/NOT_FOUND/);
    const submitted = await does.submit(EDUCATION, { id: draft.id, version: draft.version });
    expect((await does.show(FUND, submitted.id)).code).toBe('NOT_FOUND');
    expect((await does.show(ENTERPRISES, submitted.id)).code).toBe('NOT_FOUND');
    expect((await does.show(POLICE, submitted.id)).parts).toHaveLength(1);
    const foreign = submitted.parts.find(
      (one: { provider: { name: string } }) => one.provider.name === CIVIL_AFFAIRS,
    );
    expect(
      (await does.refuse(POLICE, { part: foreign.id, version: foreign.version, reason: 'x' })).code,
    ).toBe('NOT_FOUND');
    expect((await does.submit(EDUCATION, { id: draft.id, version: submitted.version })).code).toBe(
      'ILLEGAL_MOVE',
    );
    expect(
      (await does.save(FUND, { id: draft.id, version: 1, application: does.asked(['Person.spouse']) })).code,
    ).toBe('NOT_FOUND');
  });

  it('a grant: its holder, its provider and the platform see it; nobody else does, or ends it', async () => {
    const { parts } = await does.apply(['Person.maritalStatus']);
    const { grant } = await does.approve(CIVIL_AFFAIRS, { part: parts[0].id, version: parts[0].version });
    const see = async (as: string) => {
      const { data, errors } = await system.exchange(`{ grant(id: "${grant.id}") { state part { id } } }`, {
        as,
      });
      return data?.grant?.state ?? errors[0]?.extensions.code;
    };
    expect(await Promise.all([EDUCATION, CIVIL_AFFAIRS, DATA_BUREAU, POLICE, FUND].map(see))).toEqual([
      'ACTIVE',
      'ACTIVE',
      'ACTIVE',
      'NOT_FOUND',
      'NOT_FOUND',
    ]);
    const input = { id: grant.id, version: grant.version, reason: 'x' };
    expect((await does.revoke(POLICE, input)).code).toBe('NOT_FOUND');
    expect((await does.revoke(EDUCATION, input)).code).toBe('FORBIDDEN');
    expect((await does.giveBack(CIVIL_AFFAIRS, input)).code).toBe('FORBIDDEN');
    expect((await does.suspend(CIVIL_AFFAIRS, { ...input, version: 7 })).code).toBe('CONFLICT');
    expect((await does.shorten(CIVIL_AFFAIRS, { ...input, validUntil: '2031-01-01' })).code).toBe(
      'BAD_USER_INPUT',
    );
    // The holder cannot undo what its provider has stopped.
    const suspended = await does.suspend(CIVIL_AFFAIRS, input);
    expect((await does.resume(EDUCATION, { ...input, version: suspended.version })).code).toBe('FORBIDDEN');
    // Grants of the operator's file are changed in the file.
    expect((await does.giveBack('云溪市不动产登记中心', { id: 'G-2026-0001', version: 1 })).code).toBe(
      'ILLEGAL_MOVE',
    );
    expect((await does.giveBack(EDUCATION, { id: 'G-2026-0001', version: 1 })).code).toBe('NOT_FOUND');
  });
});

function scoped(coordinate: string, operator: string, value: string): object {
  return { scope: [{ coordinate, operator, values: [value] }] };
}
