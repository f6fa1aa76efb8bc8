import type { Queryable, Row } from '../../store/index.ts';
import { beforeDue, type Due, dayOf, dueAfter, endOf } from '../clock/index.ts';
import { scheduleJob } from '../jobs/index.ts';
import { announceMoved } from '../notifications/announce.ts';
import type { Part } from './part.ts';
import { type MoveParts, rulesOf } from './rules.ts';

/** Kinds of the jobs that the clocks of applications start. Their payload is the part's id. */
export const REMIND = 'application-remind';
export const OVERDUE = 'application-overdue';
export const EXPIRE = 'application-expire';
export const BEGIN = 'application-begin';
export const END = 'application-end';

/**
 * Starts the clock of the provider's answer (Measures Art. 12 ¶1) today, by the rule set in force on the day of submission, with its
 * reminders.
 */
export async function startClock(parts: MoveParts, transaction: Queryable, part: Part): Promise<void> {
  const from = dayOf(parts.now());
  const days = rulesOf(parts, part).answerWorkingDays;
  const due = dueAfter(parts.calendar, from, days);
  await transaction.query(
    `update application_parts set clock_from = $2, clock_days = $3, due = $4, due_assumed = $5, overdue = false where id = $1`,
    [part.id, from, days, due.due, due.assumed],
  );
  await scheduleClock(parts, transaction, part.id, due);
}

async function scheduleClock(
  { remindBefore, now, calendar }: Pick<MoveParts, 'remindBefore' | 'now' | 'calendar'>,
  transaction: Queryable,
  part: string,
  due: Due,
): Promise<void> {
  for (const days of remindBefore) {
    const runAt = beforeDue(calendar, due, days);
    // A reminder that would be due already says nothing new.
    if (runAt > now())
      await scheduleJob(transaction, { kind: REMIND, key: `${part}:${days}`, payload: part, runAt });
  }
  await scheduleJob(transaction, { kind: OVERDUE, key: part, payload: part, runAt: endOf(due) });
}

/**
 * Counts the deadlines that run again by the calendar as it is now: a notice of holidays that came meanwhile moves them, and both sides are
 * told.
 */
export async function recountDeadlines(parts: MoveParts, transaction: Queryable): Promise<number> {
  const rows = await transaction.query(
    `select p.id, p.application, a.applicant, p.provider, p.clock_from, p.clock_days, p.due, p.due_assumed
     from application_parts p join applications a on a.id = p.application
     where p.due is not null and not p.overdue for update of p`,
  );
  let moved = 0;
  for (const row of rows) {
    const due = dueAfter(parts.calendar, String(row.clock_from), Number(row.clock_days));
    if (due.due === row.due && due.assumed === row.due_assumed) continue;
    await transaction.query('update application_parts set due = $2, due_assumed = $3 where id = $1', [
      row.id,
      due.due,
      due.assumed,
    ]);
    if (due.due === row.due) continue;
    moved++;
    await scheduleClock(parts, transaction, String(row.id), due);
    const about = { type: 'Application', id: String(row.application) } as const;
    const told = [String(row.applicant), String(row.provider)];
    await announceMoved(parts, transaction, told, about);
  }
  return moved;
}

/** How a provider keeps its clocks (Measures Art. 12, 24), as figures. */
export interface ClockFigures {
  readonly provider: string;
  /** Applications that wait for the provider's answer, and those of them that are overdue. */
  readonly open: number;
  readonly overdue: number;
  /** Applications that were answered, in time and late. */
  readonly answeredInTime: number;
  readonly answeredLate: number;
}

/** Figures of every provider that was ever asked; of one only when it is named. */
export async function clockFigures(database: Queryable, provider: string | null): Promise<ClockFigures[]> {
  const rows = await database.query(
    `select p.provider,
       count(*) filter (where p.due is not null) as open,
       count(*) filter (where p.due is not null and p.overdue) as overdue,
       count(*) filter (where p.answered_in_time) as in_time,
       count(*) filter (where not p.answered_in_time) as late
     from application_parts p join applications a on a.id = p.application
     where a.submitted_at is not null and p.split_from is null and ($1::text is null or p.provider = $1)
     group by p.provider order by p.provider`,
    [provider],
  );
  return rows.map((row: Row) => ({
    provider: String(row.provider),
    open: Number(row.open),
    overdue: Number(row.overdue),
    answeredInTime: Number(row.in_time),
    answeredLate: Number(row.late),
  }));
}
