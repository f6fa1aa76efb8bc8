import type { Queryable } from '../store/index.ts';
import { recountDeadlines } from './applications/clocks.ts';
import type { MoveParts } from './applications/rules.ts';
import { dayOf, dueAfter } from './clock/index.ts';
import type { Announcement } from './notifications/announce.ts';
import { announceMoved } from './notifications/announce.ts';

/**
 * Counts every deadline that is open again by the calendar as it is now, and tells the parties of those that have moved: a notice of holidays
 * comes while they run. Doing it again, or in several instances, changes nothing.
 */
export async function recountAll(
  parts: MoveParts & { supervisors(): readonly string[] },
  transaction: Queryable,
): Promise<number> {
  const applications = await recountDeadlines(parts, transaction);
  const rulesNamed = (name: unknown) => parts.ruleSets.find((one) => one.name === name);
  const objections = await recount(parts, transaction, {
    table: 'objections',
    type: 'Objection',
    open: "state = 'OPEN' and due is not null",
    hasAssumed: true,
    clockOf: ({ raised_at: at, rule_set: name }) => [
      at instanceof Date ? dayOf(at.getTime()) : null,
      rulesNamed(name)?.objectionWorkingDays ?? null,
    ],
    partiesOf: ({ consumer, provider }) => [String(consumer), String(provider)],
  });
  const changes = await recount(parts, transaction, {
    table: 'catalogue_changes',
    type: 'CatalogueChange',
    open: 'closed_at is null',
    hasAssumed: true,
    clockOf: ({ changed_on: day, rule_set: name }) => [
      String(day),
      rulesNamed(name)?.catalogueUpdateWorkingDays ?? null,
    ],
    partiesOf: ({ department }) => [String(department)],
  });
  const findings = await recount(parts, transaction, {
    table: 'findings',
    type: 'Finding',
    open: "state = 'OPEN' and clock_from is not null",
    hasAssumed: false,
    clockOf: ({ clock_from: day, clock_days: days }) => [String(day), Number(days)],
    partiesOf: ({ department }) => [String(department), ...parts.supervisors()],
  });
  return applications + objections + changes + findings;
}

interface Kind {
  readonly table: 'objections' | 'catalogue_changes' | 'findings';
  readonly type: Announcement['about']['type'];
  /** Which rows have a deadline that runs. */
  readonly open: string;
  /** Does the table keep whether a deadline may still move? */
  readonly hasAssumed: boolean;
  /** From which day how many working days run; null where that is not known any more. */
  clockOf(row: Readonly<Record<string, unknown>>): readonly [day: string | null, days: number | null];
  partiesOf(row: Readonly<Record<string, unknown>>): readonly string[];
}

async function recount(parts: MoveParts, transaction: Queryable, kind: Kind): Promise<number> {
  const rows = await transaction.query(`select * from ${kind.table} where ${kind.open} for update`);
  let moved = 0;
  for (const row of rows) {
    const [day, days] = kind.clockOf(row);
    const isOver = Date.parse(String(row.due)) < parts.now();
    if (day === null || days === null || isOver) continue; // What has been missed stays missed.
    const { due, assumed } = dueAfter(parts.calendar, day, days);
    if (due === row.due && (!kind.hasAssumed || assumed === row.assumed)) continue;
    await transaction.query(
      `update ${kind.table} set due = $2 ${kind.hasAssumed ? ', assumed = $3' : ''} where id = $1`,
      kind.hasAssumed ? [row.id, due, assumed] : [row.id, due],
    );
    if (due === row.due) continue;
    moved++;
    await announceMoved(parts, transaction, kind.partiesOf(row), { type: kind.type, id: String(row.id) });
  }
  return moved;
}
