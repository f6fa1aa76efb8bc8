import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { EDUCATION, FUND, purpose, REGISTRATION, type System, startSystem } from './system.ts';

const POLICE = '云溪市公安局';
const CIVIL = '云溪市民政局';
const DATA = '云溪市数据局';
const AUDIT = '云溪市审计局';

interface Found {
  readonly id: string;
  readonly department: { name: string } | null;
  readonly operator: string | null;
  readonly use: string | null;
  readonly matter: string | null;
  readonly operationName: string | null;
  readonly rows: number;
  readonly decisions: readonly { coordinate: string; effect: string; provider: { name: string } | null }[];
  readonly calls: readonly { subgraph: string; outcome: string }[];
}
interface Page {
  readonly edges: readonly { cursor: string; node: Found }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, 120_000);
afterAll(() => system.close());

async function exchange(as: string, query: string, variables: Record<string, unknown> = {}) {
  const response = await fetch(`${system.url}/exchange`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${await system.tokenOf(as)}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    data: { disclosures: Page; personDisclosures: Page } | null;
    errors?: { extensions: { code: string } }[];
  };
}

const FIELDS = `edges { cursor node {
  id department { name } operator use matter operationName rows
  decisions { coordinate effect provider { name } } calls { subgraph outcome }
} } pageInfo { hasNextPage endCursor }`;

async function search(as: string, filter: object, view?: string, more = ''): Promise<readonly Found[]> {
  const query = `query ($filter: DisclosureFilter, $view: DisclosureView) {
    disclosures(filter: $filter, view: $view ${more}) { ${FIELDS} } }`;
  const { data, errors } = await exchange(as, query, { filter, view });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.disclosures.edges.map(({ node }) => node);
}

const PERSON = `query ($subject: ID!, $filter: DisclosureFilter) {
  personDisclosures(subject: $subject, matter: "YX-REQUEST-1", filter: $filter) { ${FIELDS} } }`;
async function searchPerson(as: string, subject: string, filter: object = {}): Promise<readonly Found[]> {
  const { data, errors } = await exchange(as, PERSON, { subject, filter });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.personDisclosures.edges.map(({ node }) => node);
}

/** Until the index has everything that was answered so far. */
async function indexed(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { data } = await exchange(DATA, '{ ledgerIndex { behind } }');
      expect(data).toEqual({ ledgerIndex: { behind: 0 } });
    },
    { timeout: 30_000 },
  );
}
const ids = (found: readonly Found[]): string[] => found.map(({ id }) => id);
const receiptOf = (answer: { extensions: { receipt?: { id: string } } }): string =>
  answer.extensions.receipt?.id ?? '';

describe('search over the ledger', () => {
  const receipts: Record<string, string> = {};
  beforeAll(async () => {
    const { person } = system.examples;
    const about = (fields: string, more = '') =>
      `query Asked ${purpose()} { person(idNumber: "${person}") { ${fields} } } ${more}`;
    receipts.registration = receiptOf(await system.ask(about('name maritalStatus')));
    receipts.fund = receiptOf(await system.ask(about('name insuranceMonths'), { as: FUND }));
    receipts.education = receiptOf(await system.ask(about('name phone'), { as: EDUCATION }));
    receipts.refused = receiptOf(await system.ask('{ person(idNumber: "1") { name } }', { as: EDUCATION }));
    await indexed();
  });

  it('shows a consumer what it has used, and nothing of others', async () => {
    expect(ids(await search(EDUCATION, {}))).toEqual([receipts.refused, receipts.education]);
    expect(ids(await search(REGISTRATION, {}))).toEqual([receipts.registration]);
    expect(await search(EDUCATION, { department: '11990101MB0000011A' })).toEqual([]);
    expect(await search(EDUCATION, { id: receipts.registration })).toEqual([]);
  });

  it('shows a provider who used its data, for what, and nothing of what was asked of others', async () => {
    const [used] = await search(CIVIL, {}, 'PROVIDED');
    expect(used).toMatchObject({
      id: receipts.registration,
      department: { name: REGISTRATION },
      use: 'ADMINISTRATIVE_BASIS',
      matter: 'YX-TEST-1',
      calls: [{ subgraph: 'marriage', outcome: 'OK' }],
    });
    expect(used?.decisions.map(({ coordinate }) => coordinate)).toEqual(['Person.maritalStatus']);
    expect(ids(await search(POLICE, {}, 'PROVIDED'))).toEqual([
      receipts.education,
      receipts.fund,
      receipts.registration,
    ]);
    // What was asked of somebody else along with it is not found out by a filter either.
    expect(await search(POLICE, { coordinate: 'Person.maritalStatus' }, 'PROVIDED')).toEqual([]);
    expect(await search(POLICE, { provider: '11990101MB0000002C' }, 'PROVIDED')).toEqual([]);
    const ofOwn = await search(POLICE, { coordinate: 'Person.phone' }, 'PROVIDED');
    expect(ids(ofOwn)).toEqual([receipts.education]);
    expect(ofOwn[0]?.decisions).toContainEqual({
      coordinate: 'Person.phone',
      effect: 'DENY',
      provider: { name: POLICE },
    });
  });

  it('shows the auditor everything, and only the auditor', async () => {
    expect(ids(await search(AUDIT, {}))).toEqual([
      receipts.refused,
      receipts.education,
      receipts.fund,
      receipts.registration,
    ]);
    for (const as of [EDUCATION, POLICE, DATA]) {
      const { errors } = await exchange(as, '{ disclosures(view: ALL) { edges { cursor } } }');
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  it.each([
    ['department', { department: '11990101MB0000012D' }, ['fund']],
    ['provider', { provider: '11990101MB0000002C' }, ['registration']],
    ['operator', { operator: 'test' }, ['refused', 'education', 'fund', 'registration']],
    ['operator (none)', { operator: 'somebody else' }, []],
    ['purpose', { use: 'WORK_REFERENCE' }, []],
    ['matter', { matter: 'YX-TEST-1' }, ['education', 'fund', 'registration']],
    ['coordinate', { coordinate: 'Person.insuranceMonths' }, ['fund']],
    ['several', { matter: 'YX-TEST-1', coordinate: 'Person.maritalStatus' }, ['registration']],
    ['time', { since: '2020-01-01' }, ['refused', 'education', 'fund', 'registration']],
    ['time (before)', { until: '2020-01-01' }, []],
    ['time (after)', { since: '2999-01-01' }, []],
  ])('finds by %s', async (_, filter, expected) => {
    expect(ids(await search(AUDIT, filter))).toEqual(expected.map((one) => receipts[one]));
  });

  it('pages, newest first', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await exchange(
        AUDIT,
        `query ($after: String) { disclosures(first: 3, after: $after) { ${FIELDS} } }`,
        { after },
      );
      seen.push(...(data?.disclosures.edges.map(({ node }) => node.id) ?? []));
      after = data?.disclosures.pageInfo.hasNextPage ? (data.disclosures.pageInfo.endCursor ?? null) : null;
    } while (after);
    expect(seen).toEqual([receipts.refused, receipts.education, receipts.fund, receipts.registration]);
  });

  it('refuses what cannot be meant', async () => {
    for (const filter of [{ id: 'x' }, { since: 'yesterday' }, { matter: 'a\0b' }]) {
      const query = 'query ($filter: DisclosureFilter) { disclosures(filter: $filter) { edges { cursor } } }';
      const { errors } = await exchange(AUDIT, query, { filter });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('for the person', () => {
  it('every disclosure of their data is found, also where only others of their facts were asked', async () => {
    const { person } = system.examples;
    const spouse = receiptOf(
      await system.ask(`query ${purpose()} { person(idNumber: "${person}") { spouse { name } } }`),
    );
    await indexed();
    const found = await searchPerson(DATA, person);
    expect(ids(found)).toContain(spouse);
    expect(found.map(({ department }) => department?.name)).toEqual(
      expect.arrayContaining([REGISTRATION, FUND]),
    );
    expect(found.every(({ matter }) => matter !== null)).toBe(true);
    expect(ids(await searchPerson(AUDIT, person))).toEqual(expect.arrayContaining(ids(found)));
    const other = system.city.marriages.get(person)?.spouse ?? '';
    expect(ids(await searchPerson(DATA, other))).toContain(spouse);
  });

  it('a department that asks for them finds what it took part in itself', async () => {
    const { person } = system.examples;
    for (const { department } of await searchPerson(FUND, person)) expect(department?.name).toBe(FUND);
    const ofPolice = await searchPerson(POLICE, person);
    expect(ofPolice.length).toBeGreaterThan(0);
    for (const { decisions } of ofPolice)
      for (const { provider } of decisions) expect(provider?.name).toBe(POLICE);
  });

  it('the lookup is itself on record, and found by the person', async () => {
    const { person } = system.examples;
    await searchPerson(DATA, person);
    const last = system.disclosures().at(-1);
    expect(last).toMatchObject({ operationName: 'personDisclosures', matter: 'YX-REQUEST-1' });
    expect(JSON.stringify(last)).not.toContain(person);
    await indexed();
    expect(ids(await searchPerson(AUDIT, person))).toContain(last?.id);
  });
});

describe('the index', () => {
  it('is made anew from the files, by the platform’s administrator only', async () => {
    await indexed();
    const before = ids(await search(AUDIT, {}, 'ALL', ', first: 100'));
    const rebuild = 'mutation { rebuildLedgerIndex { records } }';
    expect((await exchange(EDUCATION, rebuild)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await exchange(DATA, rebuild)).errors).toBeUndefined();
    await indexed();
    expect(ids(await search(AUDIT, {}, 'ALL', ', first: 100'))).toEqual(before);
  });
});

describe('liancha ledger search', () => {
  const liancha = (parameters: readonly string[], input = '') =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(
        process.execPath,
        ['dist/gateway/cli/liancha.js', 'ledger', 'search', ...parameters],
        {
          cwd: projectRoot(),
          env: { ...process.env, LIANCHA_URL: system.url },
        },
      );
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].on('data', (chunk) => {
          texts[name] += chunk;
        });
      child.on('close', (code) => resolve({ code, ...texts }));
      child.stdin.end(input);
    });

  it('finds for scripts and for people, as the department that is logged in', async () => {
    const { code, stdout, stderr } = await liancha([
      '--as',
      AUDIT,
      '--coordinate',
      'Person.maritalStatus',
      '--json',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const { disclosures } = JSON.parse(stdout) as { disclosures: Found[] };
    expect(disclosures.map(({ department }) => department?.name)).toEqual([REGISTRATION]);
    const shown = await liancha(['--as', CIVIL, '--view', 'provided']);
    expect(shown.stdout).toContain('Person.maritalStatus');
    expect(shown.stdout).not.toContain('Person.name');
    expect((await liancha(['--as', EDUCATION, '--view', 'all'])).code).toBe(2);
  });

  it('takes a person’s number from the standard input, so that it does not stand on the command line', async () => {
    const { person } = system.examples;
    const asked = ['--as', DATA, '--person', '-', '--request', 'YX-REQUEST-2', '--json'];
    const { code, stdout } = await liancha(asked, `${person}\n`);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { disclosures: Found[] }).disclosures.length).toBeGreaterThan(3);
    expect((await liancha(['--as', DATA, '--person', '-'], person)).code).toBe(2);
  });
});
