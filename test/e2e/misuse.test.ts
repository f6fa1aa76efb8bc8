import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCalendar, readNotices } from '../../gateway/exchange/clock/index.ts';
import type { FindingParts } from '../../gateway/exchange/findings/change.ts';
import { findMisuse, readMisuseRules } from '../../gateway/exchange/findings/rules.ts';
import { projectRoot } from '../../gateway/files.ts';
import { createIds } from '../../gateway/ledger/index.ts';
import { type Database, openDatabase } from '../../gateway/store/index.ts';
import { provideDatabase } from './setup/database.ts';

const NOW = Date.parse('2026-03-10T12:00:00+08:00');
const DAY = 86_400_000;
const EDUCATION = '11990101MB0000013G';
const HOUSING = '11990101MB0000012D';

let folder: string;
let database: Database;
let parts: FindingParts;
const rules = readMisuseRules(join(projectRoot(), 'policies', 'misuse', 'rules.yaml'));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-misuse-'));
  await provideDatabase(folder);
  const tables = join(projectRoot(), 'schema', 'tables');
  database = await openDatabase({ dataDir: folder, tables, report: { error: () => undefined } });
  parts = {
    database,
    nextId: createIds(() => NOW),
    now: () => NOW,
    department: (code) => ({ code, name: code, nameEn: code }),
    isDepartment: () => true,
    supervisors: () => [],
    calendar: createCalendar(readNotices(join(projectRoot(), 'policies', 'calendar'))),
  };
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts disclosures into the index, as the indexer does: `count` of them, each with its own subject. */
async function disclose(
  department: string,
  {
    count,
    time,
    operator = 'clerk',
    matter = null,
  }: { count: number; time: number; operator?: string; matter?: string | null },
): Promise<void> {
  await database.query(
    `insert into disclosure_kinds (id, department, use, operation_name, decisions, providers, detail)
     values (md5($1)::uuid, $1, 'WORK_REFERENCE', null, '[]', '{}', '{}') on conflict do nothing`,
    [department],
  );
  await database.query(
    `insert into disclosures (id, kind, ledger, record, time, operator, matter, rows, operation, subjects)
     select gen_random_uuid(), md5($1)::uuid, 1, (select count(*) from disclosures) + n, $2, $3, coalesce($4, 'M-' || n), 1, '', int8send(n)
     from generate_series(1, $5::int) as n`,
    [department, time, operator, matter, count],
  );
}
const look = () => database.transaction((transaction) => findMisuse(parts, transaction, rules));
const found = async () =>
  (
    await database.query(
      'select department, opened_by, due from findings order by department desc, opened_by',
    )
  ).map((row) => ({
    ...row,
  }));

describe('rules that open a finding by themselves', () => {
  it('open none for what is usual', async () => {
    for (let day = 1; day <= rules['unusual-volume'].days; day++)
      await disclose(EDUCATION, { count: 100, time: NOW - day * DAY - 1_000 });
    await disclose(EDUCATION, { count: 450, time: NOW - DAY / 2 });
    await disclose(HOUSING, { count: 299, time: NOW - 60_000 });
    await disclose(HOUSING, { count: 49, time: NOW - DAY / 2, matter: 'YX-1', operator: 'other' });
    expect(await look()).toBe(0);
  });

  it('open one for each occasion: far above the usual, a burst, a matter over many; and it once a day', async () => {
    await disclose(EDUCATION, { count: 100, time: NOW - DAY / 3 });
    await disclose(HOUSING, { count: 1, time: NOW - 60_000 });
    await disclose(HOUSING, { count: 60, time: NOW - DAY / 2, matter: 'YX-2', operator: 'other' });
    expect(await look()).toBe(3);
    expect(await look()).toBe(0);
    const due = '2026-03-17T23:59:59+08:00'; // five working days
    expect(await found()).toEqual([
      { department: EDUCATION, opened_by: 'rule:unusual-volume', due },
      { department: HOUSING, opened_by: 'rule:matter-over-many-subjects', due },
      { department: HOUSING, opened_by: 'rule:operator-burst', due },
    ]);
  });
});
