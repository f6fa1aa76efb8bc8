import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Queryable } from '../../store/index.ts';
import { dayOf, dueAfter } from '../clock/index.ts';
import { type FindingParts, insertFinding } from './change.ts';

const positive = z.number().positive();

/** When a rule opens a finding; the figures are data, not code. */
const MisuseRules = z.strictObject({
  'unusual-volume': z.strictObject({ days: positive.int(), times: positive, atLeast: positive.int() }),
  'operator-burst': z.strictObject({ minutes: positive, atLeast: positive.int() }),
  'matter-over-many-subjects': z.strictObject({ hours: positive, subjects: positive.int() }),
  answerWorkingDays: positive.int(),
});
export type MisuseRules = z.infer<typeof MisuseRules>;

export function readMisuseRules(path: string): MisuseRules {
  const read = MisuseRules.safeParse(parse(readFileSync(path, 'utf8')));
  if (!read.success) throw new Error(`规则有误 ${path}:\n${z.prettifyError(read.error)}`);
  return read.data;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Found {
  readonly rule: keyof Omit<MisuseRules, 'answerWorkingDays'>;
  readonly department: string;
  /** What tells this occasion from another of the same rule on the same day. */
  readonly key: string;
  readonly notice: string;
  readonly figures: Readonly<Record<string, string | number>>;
}

/**
 * Looks through the index of disclosures and opens a finding for each occasion of each rule, once for a department, rule, key
 * and day of Chinese time. A finding by a rule is a question, not a verdict: it is closed by a person.
 */
export async function findMisuse(
  parts: FindingParts,
  transaction: Queryable,
  rules: MisuseRules,
): Promise<number> {
  const now = parts.now();
  const found = [
    ...(await unusualVolume(transaction, rules['unusual-volume'], now)),
    ...(await operatorBursts(transaction, rules['operator-burst'], now)),
    ...(await mattersOverMany(transaction, rules['matter-over-many-subjects'], now)),
  ];
  const clock = { from: dayOf(now), days: rules.answerWorkingDays };
  let opened = 0;
  for (const { rule, department, key, notice, figures } of found) {
    const id = await insertFinding(parts, transaction, {
      department,
      openedBy: `rule:${rule}`,
      breach: 'USE_BEYOND_DUTIES',
      notice,
      evidence: { figures },
      due: dueAfter(parts.calendar, clock.from, clock.days).due,
      clock,
      occasion: [rule, department, key, dayOf(now)].join(' '),
    });
    if (id !== null) opened++;
  }
  return opened;
}

async function unusualVolume(
  database: Queryable,
  { days, times, atLeast }: MisuseRules['unusual-volume'],
  now: number,
): Promise<Found[]> {
  const rows = await database.query(
    `select k.department, count(*) filter (where d.time >= $1)::int8 as today,
       count(*) filter (where d.time < $1)::int8 as before
     from disclosures d join disclosure_kinds k on k.id = d.kind
     where d.time >= $2 and k.department is not null group by k.department
     having count(*) filter (where d.time >= $1) >= $3
       and count(*) filter (where d.time >= $1) > $4 * count(*) filter (where d.time < $1) / $5::float8`,
    [now - DAY_MS, now - (days + 1) * DAY_MS, atLeast, times, days],
  );
  return rows.map((row) => ({
    rule: 'unusual-volume',
    department: String(row.department),
    key: '',
    notice: `近 24 小时的披露数为 ${row.today}，此前 ${days} 天日均 ${(Number(row.before) / days).toFixed(1)}。请说明用途。 Disclosures of the last 24 hours are far above the daily mean before.`,
    figures: { last24Hours: Number(row.today), dailyMeanBefore: Number(row.before) / days, days },
  }));
}

async function operatorBursts(
  database: Queryable,
  { minutes, atLeast }: MisuseRules['operator-burst'],
  now: number,
): Promise<Found[]> {
  const rows = await database.query(
    `select k.department, d.operator, count(*)::int8 as count
     from disclosures d join disclosure_kinds k on k.id = d.kind
     where d.time >= $1 and k.department is not null and d.operator is not null
     group by k.department, d.operator having count(*) >= $2`,
    [now - minutes * MINUTE_MS, atLeast],
  );
  return rows.map((row) => ({
    rule: 'operator-burst',
    department: String(row.department),
    key: String(row.operator),
    notice: `经办人 ${row.operator} 在 ${minutes} 分钟内查询 ${row.count} 次。请说明用途。 One operator's burst of queries.`,
    figures: { operator: String(row.operator), queries: Number(row.count), minutes },
  }));
}

async function mattersOverMany(
  database: Queryable,
  { hours, subjects }: MisuseRules['matter-over-many-subjects'],
  now: number,
): Promise<Found[]> {
  const rows = await database.query(
    // Eight bytes for each subject. Most matters have too few of them, however they are counted.
    `with many as materialized (
       select k.department, d.matter
       from disclosures d join disclosure_kinds k on k.id = d.kind
       where d.time >= $1 and k.department is not null and d.matter is not null
       group by k.department, d.matter having sum(octet_length(d.subjects)) >= 8 * $2::bigint)
     select k.department, d.matter, count(distinct s.subject)::int8 as subjects
     from disclosures d join disclosure_kinds k on k.id = d.kind
     join many on many.department = k.department and many.matter = d.matter
     cross join lateral (select d.subjects || '' as bytes offset 0) as whole
     cross join lateral (
       select substring(whole.bytes from at for 8) as subject from generate_series(1, octet_length(whole.bytes), 8) as at) as s
     where d.time >= $1 group by k.department, d.matter having count(distinct s.subject) >= $2::bigint`,
    [now - hours * HOUR_MS, subjects],
  );
  return rows.map((row) => ({
    rule: 'matter-over-many-subjects',
    department: String(row.department),
    key: String(row.matter),
    notice: `事项 ${row.matter} 在 ${hours} 小时内涉及 ${row.subjects} 个主体。请说明用途。 One matter number over many subjects.`,
    figures: { matter: String(row.matter), subjects: Number(row.subjects), hours },
  }));
}
