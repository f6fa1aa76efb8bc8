import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRuleSets, ruleSetOn } from '../../../gateway/exchange/clock/rule-sets.ts';
import { projectRoot } from '../../../gateway/files.ts';

const sets = readRuleSets(join(projectRoot(), 'policies/rules'));

test('the Measures of 2016 are complete', () => {
  expect(ruleSetOn(sets, '2016-09-05', 'CITY')).toMatchObject({
    name: 'measures-2016',
    answerWorkingDays: 10,
    catalogueUpdateWorkingDays: 15,
    escalation: ['NEGOTIATION', 'COORDINATION', 'JOINT_CONFERENCE'],
  });
  expect(ruleSetOn(sets, '2016-09-04', 'CITY')).toBeNull();
});

test('what was submitted before a rule set took effect keeps the one before; what it leaves open is inherited', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liancha-rules-'));
  const base = { ...sets.find((one) => one.name === 'measures-2016') };
  const { name, title, source, levels, effective, ...values } = base;
  writeFileSync(join(folder, 'a.yaml'), JSON.stringify({ name, title, source, levels, effective, values }));
  const later = { name: 'later', title, source: 'test', levels: ['CITY'], effective: '2025-08-01' };
  writeFileSync(
    join(folder, 'b.yaml'),
    JSON.stringify({ ...later, inherits: 'measures-2016', values: { answerWorkingDays: 5 } }),
  );
  const both = readRuleSets(folder);
  expect(ruleSetOn(both, '2025-07-31', 'CITY')?.answerWorkingDays).toBe(10);
  expect(ruleSetOn(both, '2025-08-01', 'CITY')).toMatchObject({
    answerWorkingDays: 5,
    catalogueUpdateWorkingDays: 15,
  });
  expect(ruleSetOn(both, '2025-08-01', 'PROVINCE')?.answerWorkingDays).toBe(10);
  writeFileSync(
    join(folder, 'c.yaml'),
    JSON.stringify({ ...later, name: 'c', values: { answerWorkingDays: 0 } }),
  );
  expect(() => readRuleSets(folder)).toThrow(/c\.yaml/);
  rmSync(folder, { recursive: true });
});

test('a county may answer sooner', () => {
  expect(ruleSetOn(sets, '2024-03-05', 'COUNTY')?.answerWorkingDays).toBe(10);
  expect(ruleSetOn(sets, '2024-03-06', 'COUNTY')).toMatchObject({
    answerWorkingDays: 5,
    catalogueUpdateWorkingDays: 15,
  });
  expect(ruleSetOn(sets, '2024-03-06', 'CITY')?.answerWorkingDays).toBe(10);
});
