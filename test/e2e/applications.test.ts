import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { AUDIT, applying, CIVIL_AFFAIRS, DATA_BUREAU, GOVERNMENT, POLICE, until } from './applying.ts';
import { EDUCATION, purpose, REGISTRATION, type System, startSystem } from './system.ts';

/** A Wednesday; ten working days later is 11 November. The clock goes on from there, and is put forward by tests. */
const START = Date.parse('2026-10-28T10:00:00+08:00');
const begun = Date.now();
let ahead = 0;
const now = (): number => START + (Date.now() - begun) + ahead;
const DAY = 86_400_000;

let system: System;
let does: ReturnType<typeof applying>;
beforeAll(async () => {
  system = await startSystem({ now });
  does = applying(system.exchange);
}, 120_000);
afterAll(() => system.close());

const maritalStatus = async (as = EDUCATION, use = 'ADMINISTRATIVE_BASIS'): Promise<string> => {
  const { data, errors } = await system.ask(
    `query ${purpose(use)} { person(idNumber: "${system.examples.person}") { maritalStatus } }`,
    { as },
  );
  return errors[0] ? String(errors[0].extensions.code) : data.person.maritalStatus;
};

describe('Measures Art. 12: an application', () => {
  it('is drafted from a denied query, answered in part, and what it allows passes at once and ends at once', async () => {
    const denied = await system.ask(
      `query ${purpose()} { person(idNumber: "${system.examples.person}") { maritalStatus } }`,
      { as: EDUCATION },
    );
    expect(denied.errors[0]?.extensions.code).toBe('GRANT_REQUIRED');
    const link = new URL(String(denied.errors[0]?.extensions.apply));
    const coordinates = link.searchParams.getAll('apply');
    const use = link.searchParams.get('use');
    expect([coordinates, use]).toEqual([['Person.maritalStatus'], 'ADMINISTRATIVE_BASIS']);
    const { data } = await system.exchange(
      `query ($coordinates: [String!]!, $use: Use) { applicationDraft(coordinates: $coordinates, use: $use) {
        items { coordinate name class provider { name } } uses due { due assumed } ruleSet } }`,
      { as: EDUCATION, variables: { coordinates, use } },
    );
    expect(data.applicationDraft).toMatchObject({
      items: [
        {
          coordinate: 'Person.maritalStatus',
          name: '婚姻状况',
          class: 'CONDITIONAL',
          provider: { name: CIVIL_AFFAIRS },
        },
      ],
      uses: ['ADMINISTRATIVE_BASIS'],
      ruleSet: 'measures-2016',
    });
    const application = await does.apply(['Person.maritalStatus', 'Person.spouse']);
    const [part] = application.parts;
    expect(part).toMatchObject({
      state: 'SUBMITTED',
      due: { due: '2026-11-11T23:59:59+08:00', assumed: false },
    });
    expect(await maritalStatus()).toBe('GRANT_REQUIRED');
    const approved = await does.approve(CIVIL_AFFAIRS, {
      part: part.id,
      version: part.version,
      terms: { items: ['Person.maritalStatus'] },
      reason: '配偶信息与入学审核无关',
    });
    expect(approved).toMatchObject({
      state: 'IN_USE',
      answeredInTime: true,
      items: [{ coordinate: 'Person.maritalStatus' }],
      grant: { state: 'ACTIVE', inForce: true, coordinates: ['Person.maritalStatus'] },
    });
    expect(approved.grant.cedar).toContain('Coordinate::"Person.maritalStatus"');
    expect(approved.history.map(({ move }: { move: string }) => move)).toEqual([
      'SUBMIT',
      'APPROVE_IN_PART',
      'BEGIN',
    ]);
    // The very same text, compiled before: within a second, with no restart.
    expect(await until(maritalStatus, (seen) => seen !== 'GRANT_REQUIRED')).toMatch(
      /SINGLE|MARRIED|DIVORCED|WIDOWED/,
    );
    expect(await maritalStatus(EDUCATION, 'WORK_REFERENCE')).toBe('GRANT_REQUIRED');
    // What was left out is refused, with the reason, and can be negotiated.
    const { parts } = await does.show(EDUCATION, application.id);
    expect(parts[1]).toMatchObject({
      state: 'REFUSED',
      items: [{ coordinate: 'Person.spouse' }],
      splitFrom: part.id,
      moves: ['NEGOTIATE', 'WITHDRAW'],
      history: [{ move: 'REFUSE', reason: '配偶信息与入学审核无关', department: { name: CIVIL_AFFAIRS } }],
    });
    const { id, version } = approved.grant;
    expect(await does.suspend(CIVIL_AFFAIRS, { id, version, reason: '核实用途' })).toMatchObject({
      state: 'SUSPENDED',
    });
    await until(maritalStatus, (seen) => seen === 'GRANT_REQUIRED');
    expect(await does.resume(CIVIL_AFFAIRS, { id, version: version + 1, reason: '核实无误' })).toMatchObject({
      inForce: true,
    });
    await until(maritalStatus, (seen) => seen.length > 0 && !seen.startsWith('GRANT'));
    expect(await does.revoke(CIVIL_AFFAIRS, { id, version: version + 2, reason: '职责调整' })).toMatchObject({
      state: 'REVOKED',
    });
    await until(maritalStatus, (seen) => seen === 'GRANT_EXPIRED');
    expect((await does.show(EDUCATION, application.id)).parts[0].state).toBe('ENDED');
  });

  it('gives no more than the widest of its grants, and a later narrower one takes nothing away', async () => {
    const grant = async (more: object) => {
      const { parts } = await does.apply(['Person.maritalStatus'], more);
      return (await does.approve(CIVIL_AFFAIRS, { part: parts[0].id, version: parts[0].version })).grant;
    };
    const wide = await grant({ uses: ['ADMINISTRATIVE_BASIS', 'WORK_REFERENCE'] });
    const narrow = await grant({ uses: ['WORK_REFERENCE'] });
    await until(
      () => maritalStatus(EDUCATION, 'WORK_REFERENCE'),
      (seen) => !seen.startsWith('GRANT'),
    );
    expect(await maritalStatus()).not.toMatch(/GRANT/);
    // The holder gives the wide one back: the narrow one goes on, for its own use.
    await does.giveBack(EDUCATION, { id: wide.id, version: wide.version });
    await until(maritalStatus, (seen) => seen === 'GRANT_EXPIRED');
    expect(await maritalStatus(EDUCATION, 'WORK_REFERENCE')).not.toMatch(/GRANT/);
    // Shortened, it ends by the clock, with its application.
    const end = new Date(now() + 3_600_000).toISOString();
    const shorter = await does.shorten(CIVIL_AFFAIRS, {
      id: narrow.id,
      version: narrow.version,
      validUntil: end,
      reason: '项目提前结束',
    });
    expect(shorter).toMatchObject({ inForce: true, validUntil: end });
    ahead += 3_600_000;
    await until(
      () => maritalStatus(EDUCATION, 'WORK_REFERENCE'),
      (seen) => seen === 'GRANT_EXPIRED',
    );
    const list = () => does.list(EDUCATION, '(state: IN_USE)');
    await until(list, ({ edges }) => edges.length === 0);
  });

  it('goes to each provider apart; withheld items are negotiated; refused ones are negotiated, coordinated, decided', async () => {
    const application = await does.apply([
      'Person.residence',
      'Person.insuranceMonths',
      'Person.photoDigest',
    ]);
    expect(application.state).toBeNull();
    const states = application.parts.map((one: Part) => [one.provider.name, one.class, one.state]);
    expect(states.sort()).toEqual([
      ['云溪市人力资源和社会保障局', 'CONDITIONAL', 'SUBMITTED'],
      [POLICE, 'CONDITIONAL', 'SUBMITTED'],
      [POLICE, 'WITHHELD', 'NEGOTIATING'],
    ]);
    const find = async (wanted: string): Promise<Part> => {
      const { parts } = await does.show(DATA_BUREAU, application.id);
      return parts.find((one: Part) => one.items[0]?.coordinate === wanted);
    };
    // A provider sees what it is asked, and not what others are.
    const seen = await does.show(POLICE, application.id);
    expect(seen.parts.map((one: Part) => one.provider.name)).toEqual([POLICE, POLICE]);
    expect((await does.show(AUDIT, application.id)).parts).toHaveLength(3);
    // What is withheld cannot be granted, only published anew (Art. 10(1)).
    const withheld = await find('Person.photoDigest');
    expect(await does.approve(POLICE, { part: withheld.id, version: withheld.version })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    const asked = await find('Person.residence');
    expect(await does.refuse(POLICE, { part: asked.id, version: asked.version })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    const refused = await does.refuse(POLICE, {
      part: asked.id,
      version: asked.version,
      reason: '职责不相关',
    });
    expect(refused).toMatchObject({ state: 'REFUSED', answeredInTime: true });
    let version = refused.version;
    const move = async (way: 'negotiate' | 'coordinate' | 'refer', as: string, reason = '理由') => {
      const moved = await does[way](as, { part: asked.id, version, reason });
      version = moved.version ?? version;
      return moved.code ?? moved.state;
    };
    expect(await move('coordinate', EDUCATION)).toBe('ILLEGAL_MOVE'); // not before it was negotiated
    expect(await move('negotiate', EDUCATION)).toBe('NEGOTIATING');
    expect(await move('coordinate', EDUCATION)).toBe('COORDINATING');
    expect(await move('refer', DATA_BUREAU)).toBe('ILLEGAL_MOVE'); // the joint conference is for central departments
    const decided = await does.decide(DATA_BUREAU, {
      part: asked.id,
      version,
      decision: 'ORDER',
      reason: '协调会纪要〔2026〕3号',
    });
    expect(decided).toMatchObject({ state: 'ORDERED', due: { assumed: false }, moves: [] });
    expect(
      await does.refuse(POLICE, { part: asked.id, version: decided.version, reason: '仍不同意' }),
    ).toMatchObject({ code: 'ILLEGAL_MOVE' });
    const granted = await does.approve(POLICE, { part: asked.id, version: decided.version });
    expect(granted).toMatchObject({ state: 'IN_USE' });
    expect(granted.history.map(({ to }: { to: string }) => to)).toEqual([
      'SUBMITTED',
      'REFUSED',
      'NEGOTIATING',
      'COORDINATING',
      'ORDERED',
      'APPROVED',
      'IN_USE',
    ]);
  });

  it('is reminded of, overdue when its clock has run out, and over with the time that it asked for', async () => {
    const application = await does.apply(['Person.maritalStatus'], { until: '2027-01-15' });
    const find = async (): Promise<Part> => (await does.show(EDUCATION, application.id)).parts[0];
    const { due } = await find();
    ahead += Date.parse(due.due) - 2 * DAY - now();
    await until(find, ({ history }) => history.some(({ move }) => move === 'REMIND'));
    expect((await find()).isOverdue).toBe(false);
    ahead += 2 * DAY + 1_000;
    const overdue = await until(find, ({ isOverdue }) => isOverdue);
    // Being overdue moves nothing: who has read it can still answer, late.
    expect([overdue.state, overdue.version]).toEqual(['SUBMITTED', application.parts[0].version]);
    const clocks = async (as: string) =>
      (
        await system.exchange('{ clocks { provider { name } open overdue answeredInTime answeredLate } }', {
          as,
        })
      ).data.clocks;
    expect(await clocks(CIVIL_AFFAIRS)).toEqual([
      { provider: { name: CIVIL_AFFAIRS }, open: 1, overdue: 1, answeredInTime: 3, answeredLate: 0 },
    ]);
    expect((await clocks(AUDIT)).length).toBeGreaterThan(1);
    expect(await clocks(EDUCATION)).toEqual([]);
    const late = await does.list(CIVIL_AFFAIRS, '(as: PROVIDER, overdue: true)');
    expect(late.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([application.id]);
    // An approval after the time that was asked for is refused, whether or not the clock has written it down.
    ahead += Date.parse('2027-01-16T00:00:00+08:00') - now();
    const { id, version } = application.parts[0];
    expect(await does.approve(CIVIL_AFFAIRS, { part: id, version })).toMatchObject({
      code: expect.stringMatching(/ILLEGAL_MOVE|CONFLICT/),
    });
    expect(await until(find, ({ state }) => state === 'EXPIRED')).toMatchObject({ moves: [] });
  });

  it('can be simulated before it is signed', async () => {
    const idNumber = system.examples.person;
    for (const fields of ['insuranceMonths', 'insuranceMonths', 'insuranceMonths photoDigest', 'name'])
      await system.ask(`query ${purpose()} { person(idNumber: "${idNumber}") { ${fields} } }`, {
        as: REGISTRATION,
      });
    const { parts } = await does.apply(['Person.insuranceMonths'], { until: '2027-12-31' }, REGISTRATION);
    const simulate = (as: string, terms = '') =>
      system.exchange(
        `{ simulateGrant(part: "${parts[0].id}"${terms}) { queries passedThen wouldPass
           kinds { queries passedThen wouldPass stillDenied { coordinate code } } } }`,
        { as },
      );
    const provider = '云溪市人力资源和社会保障局';
    // What was asked is read from the ledger's index, which follows its files.
    const { data } = await until(
      () => simulate(provider),
      (seen) => seen.data?.simulateGrant.queries === 3,
    );
    // Of what was asked of others along with it, and whether that was denied, a provider learns nothing.
    expect(data.simulateGrant).toMatchObject({ queries: 3, passedThen: 0, wouldPass: 3 });
    expect(JSON.stringify(data)).not.toContain('photoDigest');
    const own = (await simulate(REGISTRATION)).data.simulateGrant;
    expect(own).toMatchObject({
      queries: 3,
      passedThen: 0,
      wouldPass: 2,
      kinds: [
        { queries: 2, wouldPass: true, stillDenied: [] },
        {
          queries: 1,
          wouldPass: false,
          stillDenied: [{ coordinate: 'Person.photoDigest', code: 'WITHHELD' }],
        },
      ],
    });
    // It is nobody else's business, and changes nothing.
    expect((await simulate(POLICE)).errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await simulate(AUDIT)).errors[0]?.extensions.code).toBe('FORBIDDEN');
    const { edges } = await does.list(provider, '(as: PROVIDER, state: SUBMITTED)');
    expect(edges[0].node.parts[0]).toMatchObject({ id: parts[0].id, version: parts[0].version, grant: null });
  });

  it('of a provider for its own items is answered by the competent department, and not by itself', async () => {
    const application = await does.apply(['Person.maritalStatus'], {}, CIVIL_AFFAIRS);
    const { id: part, version } = application.parts[0];
    expect(await does.approve(CIVIL_AFFAIRS, { part, version })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await does.approve(GOVERNMENT, { part, version })).toMatchObject({ state: 'IN_USE' });
  });
});

/** Runs the command as a department. */
async function liancha(as: string, ...parameters: string[]) {
  const LIANCHA_TOKEN = await system.tokenOf(as);
  const child = spawn(process.execPath, ['dist/gateway/cli/liancha.js', ...parameters], {
    cwd: projectRoot(),
    env: { ...process.env, LIANCHA_URL: system.url, LIANCHA_TOKEN },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...texts };
}

describe('liancha application, liancha grant', () => {
  it('make every move, as tables for people and as JSON for scripts', async () => {
    const provider = '云溪市人力资源和社会保障局';
    const link = `${system.url}/?apply=Person.insuranceMonths&use=ADMINISTRATIVE_BASIS`;
    const prefilled = await liancha(EDUCATION, 'application', 'draft', '--link', link);
    expect([prefilled.code, prefilled.stdout]).toEqual([
      0,
      expect.stringContaining('- Person.insuranceMonths'),
    ]);
    const rest = [
      '--duties',
      '入学审核',
      '--basis',
      '义务教育法',
      '--per-day',
      '50',
      '--until',
      '2027-12-31',
    ];
    const draft = ['application', 'draft', '--link', link, ...rest, '--submit', '--json'];
    const submitted = JSON.parse((await liancha(EDUCATION, ...draft)).stdout);
    expect(submitted.state).toBe('SUBMITTED');
    const listed = await liancha(
      provider,
      'application',
      'list',
      '--side',
      'PROVIDER',
      '--state',
      'SUBMITTED',
    );
    expect(listed.stdout).toMatch(/Person\.insuranceMonths[\s\S]*APPROVE/);
    expect((await liancha(provider, 'grant', 'simulate', submitted.id)).stdout).toContain('would pass');
    const answer = ['application', 'answer', submitted.id, '--quota', '20', '--reason', '先行试用', '--json'];
    const approved = JSON.parse((await liancha(provider, ...answer)).stdout);
    expect(approved.state).toBe('IN_USE');
    const again = await liancha(provider, ...answer);
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain('IN_USE');
    const cedar = await liancha(EDUCATION, 'grant', 'show', approved.grant.id, '--cedar');
    expect(cedar.stdout).toMatch(/permit \([\s\S]*Coordinate::"Person.insuranceMonths"/);
    const returned = await liancha(EDUCATION, 'grant', 'return', approved.grant.id, '--json');
    expect(JSON.parse(returned.stdout)).toMatchObject({ state: 'RETURNED', inForce: false });
    const shown = await liancha(EDUCATION, 'application', 'show', submitted.id);
    expect(shown.stdout).toMatch(/ENDED[\s\S]*SUBMIT → SUBMITTED[\s\S]*APPROVE_IN_PART/);
    const grants = JSON.parse((await liancha(AUDIT, 'grant', 'list', '--json')).stdout).grants;
    expect(grants.map((one: { id: string }) => one.id)).toEqual(
      expect.arrayContaining(['G-2026-0001', approved.grant.id]),
    );
  }, 120_000);
});

interface Part {
  readonly id: string;
  readonly version: number;
  readonly class: string;
  readonly state: string;
  readonly isOverdue: boolean;
  readonly due: { readonly due: string };
  readonly provider: { readonly name: string };
  readonly items: readonly { readonly coordinate: string }[];
  readonly history: readonly { readonly move: string }[];
}
