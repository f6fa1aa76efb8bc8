import { z } from 'zod';
import type { Queryable, Row } from '../../store/index.ts';
import type { Level } from '../../words.ts';
import { type Calendar, dueAfter, type RuleSet, readDay, ruleSetOn } from '../clock/index.ts';
import type { Caller } from '../module.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import type { CatalogueStore } from './catalogue.ts';

/** A change of law or duties that the catalogue has to follow in time (Measures Art. 8). */
export interface CatalogueChange {
  readonly id: string;
  readonly department: string;
  readonly code: string | null;
  readonly cause: 'LAW' | 'DUTIES';
  readonly basis: string;
  readonly changedOn: string;
  readonly reportedAt: Date;
  readonly ruleSet: string;
  readonly due: string;
  /** The holidays of a year that counts are not published yet: the deadline may move. */
  readonly assumed: boolean;
  readonly version: number;
  readonly closedAt: Date | null;
  readonly closingNote: string | null;
  readonly isOverdue: boolean;
}

const Stored = z.object({
  id: z.string(),
  department: z.string(),
  code: z.string().nullable(),
  cause: z.enum(['LAW', 'DUTIES']),
  basis: z.string(),
  changed_on: z.string(),
  reported_at: z.date(),
  rule_set: z.string(),
  due: z.string(),
  assumed: z.boolean(),
  version: z.number(),
  closed_at: z.date().nullable(),
  closing_note: z.string().nullable(),
});

export function changeOf(row: Row, now: number): CatalogueChange {
  const { changed_on, reported_at, rule_set, closed_at, closing_note, ...same } = Stored.parse(row);
  return {
    ...same,
    changedOn: changed_on,
    reportedAt: reported_at,
    ruleSet: rule_set,
    closedAt: closed_at,
    closingNote: closing_note,
    isOverdue: (closed_at?.getTime() ?? now) > Date.parse(same.due),
  };
}

export interface ChangeInput {
  readonly code?: string | null;
  readonly cause: 'LAW' | 'DUTIES';
  readonly basis: string;
  readonly changedOn: string;
}

/** Starts the clock: it runs from the day of the change, whenever that was reported. */
export async function reportChange(
  store: CatalogueStore & {
    readonly ruleSets: readonly RuleSet[];
    readonly level: Level;
    readonly calendar: Calendar;
  },
  transaction: Queryable,
  caller: Caller,
  { code = null, cause, basis, changedOn }: ChangeInput,
): Promise<string> {
  const department = caller.principal.department;
  const day = readDay(changedOn);
  if (!day || basis.trim() === '') throw badInput('changedOn (YYYY-MM-DD), basis: 必填 required');
  const rules = ruleSetOn(store.ruleSets, day, store.level);
  if (!rules) throw badInput(`changedOn: ${day} 时尚无规则 no rule set was in force`);
  if (code !== null) {
    const [own] = await transaction.query(
      'select 1 from catalogue_entries where code = $1 and provider = $2',
      [code, department],
    );
    if (!own) throw notFound('目录条目 catalogue entry', code);
  }
  // Art. 8: within 15 working days of the change.
  const { due, assumed } = dueAfter(store.calendar, day, rules.catalogueUpdateWorkingDays);
  const id = store.nextId();
  await transaction.query(
    `insert into catalogue_changes
       (id, department, code, cause, basis, changed_on, reported_by, reported_at, rule_set, due, assumed)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      department,
      code,
      cause,
      basis,
      day,
      caller.principal.operator,
      new Date(store.now()),
      rules.name,
      due,
      assumed,
    ],
  );
  return id;
}

/** Closes a change that needs no new version of an entry, with the reason. The others are closed by publication. */
export async function closeChange(
  store: CatalogueStore,
  transaction: Queryable,
  caller: Caller,
  { id, version, note }: { readonly id: string; readonly version: number; readonly note: string },
): Promise<string> {
  const [row] = await transaction.query(
    'select * from catalogue_changes where id = $1 and department = $2 for update',
    [id, caller.principal.department],
  );
  if (!row) throw notFound('变更 change', id);
  const change = changeOf(row, store.now());
  if (change.closedAt)
    throw new Refused('ILLEGAL_MOVE', {
      what: '变更 change',
      id,
      state: '已办结 closed',
      move: '办结 close',
      allowed: '—',
    });
  if (change.version !== version)
    throw new Refused('CONFLICT', { what: '变更 change', id, version: change.version });
  if (note.trim() === '') throw badInput('note: 必填 required');
  await transaction.query(
    'update catalogue_changes set closed_at = $2, closed_by = $3, closing_note = $4, version = version + 1 where id = $1',
    [id, new Date(store.now()), caller.principal.operator, note],
  );
  return id;
}
