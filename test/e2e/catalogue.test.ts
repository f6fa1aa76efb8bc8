import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskingExchange, askExchange } from './exchange.ts';
import { liancha } from './liancha.ts';
import { EDUCATION, purpose, type System, startSystem } from './system.ts';

const POLICE = '云溪市公安局';
const CIVIL_AFFAIRS = '云溪市民政局';
const MARRIAGE = '3070100001/000001';

let system: System;
let exchange: AskingExchange;
const folder = mkdtempSync(join(tmpdir(), 'liancha-catalogue-'));
beforeAll(async () => {
  system = await startSystem();
  exchange = askExchange(system);
});
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const run = async (...parameters: string[]) => {
  const { code, stdout, stderr } = await liancha(system.url, [...parameters, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};
const get = async (path: string) =>
  fetch(`${system.url}${path}`, { headers: { authorization: `Bearer ${await system.tokenOf(EDUCATION)}` } });

const elements = {
  name: '社会救助对象信息',
  classification: '3/民政/社会救助',
  abstract: '在册的社会救助对象',
  format: 'DATABASE',
  methods: ['ONLINE_QUERY'],
  updatePeriod: 'MONTHLY',
  items: [{ name: '救助类别', type: 'C', length: 20, class: 'CONDITIONAL', condition: '办理住房保障' }],
};
const SAVE = `mutation ($input: SaveCatalogueDraftInput!) {
  saveCatalogueDraft(input: $input) { code version status provider { name } } }`;

describe('entries', () => {
  it('come from the published schemas, with a code, a version and a history', async () => {
    const entry = await run('catalogue', 'show', MARRIAGE);
    expect(entry).toMatchObject({ name: '婚姻登记信息', status: 'LIVE', version: 1, class: 'CONDITIONAL' });
    expect(entry.items.map((one: { name: string }) => one.name)).toContain('婚姻状况');
    expect(entry.history.edges.map(({ node }: { node: { what: string } }) => node.what)).toEqual([
      'PUBLISHED',
    ]);
    const all = await run('catalogue', 'search');
    expect(all.length).toBeGreaterThanOrEqual(6);
    for (const { code } of all) expect(code).toMatch(/^[1-3]\d{9}\/\d{6}$/);
    expect(new Set(all.map((one: { code: string }) => one.code)).size).toBe(all.length);
  });

  it('are found by Chinese words of two characters, and by every filter', async () => {
    const names = async (...parameters: string[]) =>
      (await run('catalogue', 'search', ...parameters)).map((one: { name: string }) => one.name);
    expect(await names('婚姻')).toEqual(['婚姻登记信息']);
    expect(await names('公民身份号码')).toContain('人口基本信息');
    expect(await names('婚姻', '没有这样的词')).toEqual([]);
    expect(await names('%')).toEqual([]);
    expect(await names('--class', 'WITHHELD', '--provider', '云溪市公安局')).toEqual(['人口基本信息']);
    expect(await names('--base', 'POPULATION')).toContain('人口基本信息');
    expect(await names('--update-period', 'DAILY')).toContain('婚姻登记信息');
    expect(await names('--status', 'WITHDRAWN')).toEqual([]);
  });
});

describe('files of the catalogue', () => {
  it('are in the columns of the guide, as CSV and as a spreadsheet', async () => {
    const csv = (await liancha(system.url, ['catalogue', 'export'])).stdout;
    expect(csv.startsWith('\uFEFF信息资源分类,信息资源名称,信息资源代码')).toBe(true);
    expect(csv).toContain('联系电话,字符型C,11,有条件共享');
    const response = await get('/catalogue.xlsx');
    expect(response.headers.get('content-type')).toContain('spreadsheetml');
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  it('are a DCAT-AP feed: a dataset for each resource, with its rights and its frequency', async () => {
    const feed = JSON.parse(await (await get('/catalogue.jsonld')).text());
    const dataset = feed['dcat:dataset'].find(
      (one: Record<string, unknown>) => one['dct:identifier'] === MARRIAGE,
    );
    expect(dataset['dct:accessRights']['@id']).toMatch(/access-right\/RESTRICTED$/);
    expect(dataset['dct:accrualPeriodicity']['@id']).toMatch(/frequency\/DAILY$/);
  });

  it('are a document for the upper level, complete by its digest', async () => {
    const document = JSON.parse(await (await get('/catalogue.roll-up.json')).text());
    expect(document.platform).toEqual({
      name: '云溪市政务信息资源共享平台',
      level: 'CITY',
      region: '990100',
    });
    expect(document.count).toBe(document.entries.length);
    const digest = createHash('sha256').update(JSON.stringify(document.entries)).digest('base64url');
    expect(document.digest).toBe(digest);
  });

  it('are for departments only', async () => {
    expect((await fetch(`${system.url}/catalogue.csv`)).status).toBe(401);
  });
});

describe('a draft', () => {
  it('is made before any service exists, gets a code, and is its own department’s to see and to revise', async () => {
    const file = join(folder, 'draft.yaml');
    writeFileSync(file, JSON.stringify(elements));
    const draft = await run('catalogue', 'draft', '--file', file, '--as', CIVIL_AFFAIRS);
    expect(draft.code).toMatch(/^307\d{7}\/000001$/);
    const seen = async (as: string) =>
      (await exchange(as, '{ catalogue(status: DRAFT) { edges { node { code } } } }')).data.catalogue.edges;
    expect(await seen(CIVIL_AFFAIRS)).toHaveLength(1);
    expect(await seen(EDUCATION)).toEqual([]);
    const revise = (as: string, version: number) =>
      exchange(as, SAVE, { input: { code: draft.code, version, elements: { ...elements, abstract: '改' } } });
    expect((await revise(EDUCATION, 1)).errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await revise(POLICE, 1)).errors[0].extensions.code).toBe('NOT_FOUND');
    expect((await revise(CIVIL_AFFAIRS, 7)).errors[0].extensions.code).toBe('CONFLICT');
    expect((await revise(CIVIL_AFFAIRS, 1)).data.saveCatalogueDraft.version).toBe(2);
  });

  it('needs every required element, conditions and bases included', async () => {
    const save = async (changes: Record<string, unknown>) =>
      (await exchange(CIVIL_AFFAIRS, SAVE, { input: { elements: { ...elements, ...changes } } })).errors?.[0]
        .extensions.code;
    expect(await save({ name: ' ' })).toBe('BAD_USER_INPUT');
    expect(await save({ classification: '9/没有' })).toBe('BAD_USER_INPUT');
    expect(await save({ items: [{ name: '照片', type: 'G', class: 'WITHHELD' }] })).toBe('BAD_USER_INPUT');
  });

  it('is made once for each idempotency key, and codes are never given again', async () => {
    const save = async (key: string) => {
      const input = { idempotencyKey: key, elements: { ...elements, name: '另一资源' } };
      return (await exchange(CIVIL_AFFAIRS, SAVE, { input })).data.saveCatalogueDraft;
    };
    const first = await save('draft-1');
    expect(await save('draft-1')).toEqual(first);
    const discard = `mutation ($input: DiscardCatalogueDraftInput!) { discardCatalogueDraft(input: $input) { status } }`;
    const input = { code: first.code, version: 1, reason: '项目未获批准' };
    expect((await exchange(CIVIL_AFFAIRS, discard, { input })).data.discardCatalogueDraft.status).toBe(
      'WITHDRAWN',
    );
    expect((await save('draft-2')).code).not.toBe(first.code);
  });
});

describe('publication', () => {
  const check = async (sdl: string) => {
    const query = `mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { findings { code message } } }`;
    const { data } = await exchange(CIVIL_AFFAIRS, query, { input: { name: 'marriage', sdl } });
    return data.checkSubgraph.findings as { code: string; message: string }[];
  };
  const marriage = async () => {
    const query = '{ subgraphs { name sdl } }';
    const { data } = await exchange(CIVIL_AFFAIRS, query);
    return data.subgraphs.find((one: { name: string }) => one.name === 'marriage').sdl as string;
  };

  it('is refused with a code of another department, of another resource or of another class', async () => {
    const sdl = await marriage();
    const [population] = await run('catalogue', 'search', '人口基本信息');
    const findings = await check(sdl.replace(MARRIAGE, population.code));
    expect(findings.map((one) => one.code)).toEqual(['CATALOGUE_INCOMPLETE']);
    expect(findings[0]?.message).toContain('belongs to another department');
    expect(await check(sdl.replace(MARRIAGE, '1070100001/000009'))).toHaveLength(1);
    expect(await check(sdl)).toEqual([]);
  });

  it('is held to the draft that was accepted under its code', async () => {
    const draft = (await exchange(CIVIL_AFFAIRS, SAVE, { input: { elements } })).data.saveCatalogueDraft;
    const sdl = (await marriage())
      .replace(MARRIAGE, draft.code)
      .replace('classification: "3/民政"', `classification: "${elements.classification}"`);
    const [finding] = await check(sdl);
    expect(finding?.message).toContain('救助类别');
  });
});

describe('a change of law or duties', () => {
  it('starts the clock of 15 working days, and is closed once with a note', async () => {
    const reported = await run(
      ...['catalogue', 'report-change', '--cause', 'LAW', '--basis', '《婚姻登记条例》修订'],
      ...['--on', '2026-09-30', '--code', MARRIAGE, '--as', CIVIL_AFFAIRS],
    );
    // 1–7 October are holidays; 10 October is a Saturday that is worked.
    expect(reported).toMatchObject({
      due: '2026-10-27T23:59:59+08:00',
      assumed: false,
      ruleSet: 'measures-2016',
    });
    const query = '{ catalogueChanges(overdue: true) { edges { node { id isOverdue version } } } }';
    const [edge] = (await exchange(CIVIL_AFFAIRS, query)).data.catalogueChanges.edges;
    expect(edge.node).toMatchObject({ id: reported.id, isOverdue: true });
    expect((await exchange(EDUCATION, query)).data.catalogueChanges.edges).toEqual([]);
    const close = (as: string) =>
      exchange(
        as,
        `mutation ($input: CloseCatalogueChangeInput!) { closeCatalogueChange(input: $input) { closedAt } }`,
        {
          input: { id: reported.id, version: 1, note: '条目无须改动' },
        },
      );
    expect((await close(EDUCATION)).errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await close(POLICE)).errors[0].extensions.code).toBe('NOT_FOUND');
    expect((await close(CIVIL_AFFAIRS)).data.closeCatalogueChange.closedAt).toMatch(/Z$/);
    expect((await close(CIVIL_AFFAIRS)).errors[0].extensions.code).toBe('ILLEGAL_MOVE');
  });
});

describe('freshness and health', () => {
  it('compares what the provider reports with its declared period; only its own', async () => {
    const report = (as: string, at: string) =>
      liancha(system.url, ['catalogue', 'updated', '--code', MARRIAGE, '--at', at, '--as', as, '--json']);
    expect(JSON.parse((await report(CIVIL_AFFAIRS, '2026-01-01T00:00:00Z')).stdout).freshness).toBe('STALE');
    expect(JSON.parse((await report(CIVIL_AFFAIRS, new Date().toISOString())).stdout).freshness).toBe(
      'FRESH',
    );
    expect((await report('云溪市公安局', new Date().toISOString())).code).toBe(2);
    expect((await report(CIVIL_AFFAIRS, '2999-01-01T00:00:00Z')).code).toBe(2);
  });

  it('counts how each provider answered, by day', async () => {
    await system.ask(`query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`);
    const daysFor = async (as: string) =>
      (await exchange(as, '{ providerDays { subgraph calls availability } }')).data.providerDays;
    expect(await daysFor(POLICE)).toContainEqual({ subgraph: 'population', calls: 1, availability: 1 });
    // How often it is asked is the provider's own to know, and that of those who oversee.
    expect(await daysFor(EDUCATION)).toContainEqual({ subgraph: 'population', calls: null, availability: 1 });
  });
});
