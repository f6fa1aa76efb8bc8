import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { applying, CIVIL_AFFAIRS, DATA_BUREAU, until } from './applying.ts';
import { EDUCATION, type System, startSystem } from './system.ts';

/** Nobody knows yet which days of the next year are worked. */
const NOW = Date.parse('2026-12-28T09:00:00+08:00');
let system: System;
let policies: string;
beforeAll(async () => {
  policies = mkdtempSync(join(tmpdir(), 'liancha-policies-'));
  cpSync(join(projectRoot(), 'policies'), policies, { recursive: true });
  system = await startSystem({ settings: { policies }, now: () => NOW });
}, 120_000);
afterAll(async () => {
  await system.close();
  rmSync(policies, { recursive: true, force: true });
});

const notice = (holidays: readonly string[]) => {
  const text = JSON.stringify({ year: 2027, source: 'a test', holidays, workdays: [] }); // JSON is YAML
  writeFileSync(join(policies, 'calendar', '2027.yaml'), text);
};
const ask = async (as: string, query: string, input?: object) => {
  const { data, errors } = await system.exchange(query, { as, variables: { input } });
  expect(errors).toEqual([]);
  return data;
};
const moved = async (as: string): Promise<string[]> => {
  const { notifications } = await ask(
    as,
    '{ notifications(first: 50) { edges { node { event about { type } } } } }',
  );
  return notifications.edges
    .filter(({ node }: { node: { event: string } }) => node.event === 'DEADLINE_MOVED')
    .map(({ node }: { node: { about: { type: string } } }) => node.about.type)
    .sort();
};

it('a notice of holidays moves the deadlines that run, whoever they are for, and their parties are told', async () => {
  const does = applying(system.exchange);
  const { id } = await does.apply(['Person.maritalStatus']);
  const dueOf = async () => (await does.show(EDUCATION, id)).parts[0].due;
  expect(await dueOf()).toEqual({ due: '2027-01-11T23:59:59+08:00', assumed: true });
  const report =
    'mutation ($input: ReportCatalogueChangeInput!) { reportCatalogueChange(input: $input) { id due assumed } }';
  const { reportCatalogueChange: change } = await ask(CIVIL_AFFAIRS, report, {
    cause: 'LAW',
    basis: 'x',
    changedOn: '2026-12-28',
  });
  expect(change).toMatchObject({ due: '2027-01-18T23:59:59+08:00', assumed: true });
  const open = 'mutation ($input: OpenFindingInput!) { openFinding(input: $input) { id version } }';
  const { openFinding: finding } = await ask(CIVIL_AFFAIRS, open, {
    department: '11990101MB0000013G',
    breach: 'OTHER',
    notice: 'x',
    evidence: { text: 'x' },
    dueOn: '2027-01-20',
  });
  const note = { id: finding.id, note: 'x' };
  const answer = 'mutation ($input: MoveFindingInput!) { answerFinding(input: $input) { version } }';
  await ask(EDUCATION, answer, { ...note, version: finding.version });
  const back = 'mutation ($input: ReturnFindingInput!) { returnFinding(input: $input) { due } }';
  const { returnFinding } = await ask(DATA_BUREAU, back, {
    ...note,
    version: finding.version + 1,
    workingDays: 5,
  });
  expect(returnFinding.due).toBe('2027-01-04T23:59:59+08:00');

  notice(['2026-12-31', '2027-01-01', '2027-01-04', '2027-01-05']);
  // Four weekdays off, which had been counted as worked.
  await until(dueOf, ({ assumed }) => !assumed);
  expect(await dueOf()).toEqual({ due: '2027-01-15T23:59:59+08:00', assumed: false });
  const { catalogueChanges } = await ask(
    CIVIL_AFFAIRS,
    '{ catalogueChanges { edges { node { due assumed } } } }',
  );
  expect(catalogueChanges.edges[0].node).toEqual({ due: '2027-01-22T23:59:59+08:00', assumed: false });
  const { findings } = await ask(EDUCATION, '{ findings { edges { node { due } } } }');
  expect(findings.edges[0].node.due).toBe('2027-01-08T23:59:59+08:00');
  expect(await moved(EDUCATION)).toEqual(['Application', 'Finding']);
  expect(await moved(CIVIL_AFFAIRS)).toEqual(['Application', 'CatalogueChange']);
  expect(await moved(DATA_BUREAU)).toEqual(['Finding']);
}, 60_000);
