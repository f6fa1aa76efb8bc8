import { z } from 'zod';
import { isCompetent, oversees } from '../../roles.ts';
import type { Database, Queryable, Row } from '../../store/index.ts';
import { type Calendar, dayOf, dueAfter, readDay } from '../clock/index.ts';
import type { NamedDepartment } from '../departments/api.ts';
import type { Caller } from '../module.ts';
import { announce } from '../notifications/announce.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { BREACHES, type Breach, MOVES, type MoveName, movesIn, STATES, type State } from './moves.ts';

export interface FindingParts {
  readonly database: Database;
  readonly calendar: Calendar;
  nextId(): string;
  now(): number;
  department(code: string): NamedDepartment;
  isDepartment(code: string): boolean;
  /** Who supervises: told of what rules find. */
  supervisors(): readonly string[];
}

export interface Finding {
  readonly id: string;
  readonly department: string;
  readonly openedBy: string;
  readonly breach: Breach;
  readonly notice: string;
  readonly evidence: unknown;
  readonly state: State;
  readonly due: string;
  readonly version: number;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

const Stored = z.object({
  id: z.string(),
  department: z.string(),
  opened_by: z.string(),
  breach: z.enum(BREACHES),
  notice: z.string(),
  evidence: z.unknown(),
  state: z.enum(STATES),
  due: z.string(),
  version: z.number(),
  opened_at: z.date(),
  closed_at: z.date().nullable(),
});

export function findingOf(row: Row): Finding {
  const { opened_by, opened_at, closed_at, ...same } = Stored.parse(row);
  return { ...same, openedBy: opened_by, openedAt: opened_at, closedAt: closed_at };
}

export interface OpenInput {
  readonly department: string;
  readonly breach: Breach;
  readonly notice: string;
  readonly evidence: { readonly text?: string | null; readonly disclosures?: readonly string[] | null };
  /** Day by which the department is to answer. */
  readonly dueOn: string;
}

const LONGEST_TEXT = 4_000;

/** A person opens a finding: a supervisor on anybody, a provider or consumer on another department. */
export async function openFinding(
  parts: FindingParts,
  transaction: Queryable,
  { principal }: Caller,
  input: OpenInput,
): Promise<string> {
  const { department, breach, notice, evidence, dueOn } = input;
  if (!parts.isDepartment(department) || department === principal.department)
    throw badInput('department: 另一已登记部门的代码 the code of another department');
  const day = readDay(dueOn);
  if (!day || day <= dayOf(parts.now()))
    throw badInput('dueOn: 今天之后的日期 a day after today (YYYY-MM-DD)');
  requireText('notice', notice);
  const due = `${day}T23:59:59+08:00`;
  const opened = { department, breach, notice, evidence, due, clock: null, occasion: null };
  const id = await insertFinding(parts, transaction, { ...opened, openedBy: principal.department });
  if (id === null) throw new Error('a finding without an occasion is always new');
  await note(parts, transaction, id, 'OPEN', principal.department, principal.operator, null);
  return id;
}

interface Clock {
  readonly from: string;
  readonly days: number;
}

interface Opened {
  readonly department: string;
  readonly openedBy: string;
  readonly breach: Breach;
  readonly notice: string;
  readonly evidence: unknown;
  readonly due: string;
  /** From which day how many working days run; null where the day itself was set. */
  readonly clock: Clock | null;
  readonly occasion: string | null;
}

/** Puts a finding down and tells the department; null when its occasion was found before. */
export async function insertFinding(
  parts: FindingParts,
  transaction: Queryable,
  one: Opened,
): Promise<string | null> {
  const id = parts.nextId();
  const [row] = await transaction.query(
    `insert into findings (id, department, opened_by, breach, notice, evidence, state, due, opened_at, occasion, clock_from, clock_days)
     values ($1, $2, $3, $4, $5, $6, 'OPEN', $7, $8, $9, $10, $11) on conflict (occasion) do nothing returning id`,
    [
      id,
      one.department,
      one.openedBy,
      one.breach,
      one.notice,
      JSON.stringify(one.evidence),
      one.due,
      new Date(parts.now()),
      one.occasion,
      one.clock?.from ?? null,
      one.clock?.days ?? null,
    ],
  );
  if (!row) return null;
  const about = { type: 'Finding', id } as const;
  const told = new Set([one.department, ...parts.supervisors()]);
  await announce(
    transaction,
    parts,
    [...told].map((department) => ({ department, event: 'FINDING_OPENED' as const, about })),
  );
  return id;
}

export interface MoveInput {
  readonly id: string;
  readonly version: number;
  readonly note: string;
  /** Of a return: the new deadline in working days. */
  readonly workingDays?: number | null;
}

export async function moveFinding(
  parts: FindingParts,
  transaction: Queryable,
  { department, principal }: Caller,
  name: MoveName,
  input: MoveInput,
): Promise<string> {
  const what = '整改 finding';
  const [row] = await transaction.query('select * from findings where id = $1 for update', [input.id]);
  const finding = row ? findingOf(row) : null;
  const isOwn = finding?.department === department.code;
  const maySee = isOwn || oversees(department) || finding?.openedBy === department.code;
  if (!finding || !maySee) throw notFound(what, input.id);
  // Nobody closes a finding on itself, supervisor or not.
  const party = isOwn ? 'DEPARTMENT' : isCompetent(department) ? 'SUPERVISOR' : null;
  if (party !== MOVES[name].by)
    throw new Refused('FORBIDDEN', {
      what: `${name} ${what}`,
      who: MOVES[name].by === 'DEPARTMENT' ? '当事部门 the department itself' : '监督部门 who supervises',
    });
  const allowed = movesIn(finding.state, party);
  if (!allowed.includes(name))
    throw new Refused('ILLEGAL_MOVE', {
      what,
      id: finding.id,
      state: finding.state,
      move: name,
      allowed: allowed.join(', ') || '—',
    });
  if (finding.version !== input.version)
    throw new Refused('CONFLICT', { what, id: finding.id, version: finding.version });
  requireText('note', input.note);
  const { to } = MOVES[name];
  const isClosed = to === 'RECTIFIED' || to === 'UNFOUNDED';
  const clock = name === 'RETURN' ? { from: dayOf(parts.now()), days: input.workingDays ?? 5 } : null;
  const due = clock ? dueAfter(parts.calendar, clock.from, clock.days).due : finding.due;
  await transaction.query(
    `update findings set state = $2, due = $3, closed_at = $4, version = version + 1,
       clock_from = coalesce($5, clock_from), clock_days = coalesce($6, clock_days) where id = $1`,
    [finding.id, to, due, isClosed ? new Date(parts.now()) : null, clock?.from ?? null, clock?.days ?? null],
  );
  await note(parts, transaction, finding.id, name, principal.department, principal.operator, input.note);
  const about = { type: 'Finding', id: finding.id } as const;
  const event = to === 'ANSWERED' ? 'FINDING_ANSWERED' : isClosed ? 'FINDING_CLOSED' : 'FINDING_OPENED';
  const told = to === 'ANSWERED' ? parts.supervisors() : [finding.department];
  await announce(
    transaction,
    parts,
    told.map((one) => ({ department: one, event, about })),
  );
  return finding.id;
}

function requireText(name: string, text: string): void {
  if (text.trim() === '' || text.length > LONGEST_TEXT) throw badInput(`${name}: 1–${LONGEST_TEXT}`);
}

async function note(
  parts: FindingParts,
  transaction: Queryable,
  finding: string,
  name: string,
  department: string,
  operator: string,
  text: string | null,
): Promise<void> {
  await transaction.query(
    'insert into finding_moves (id, finding, move, department, operator, note, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [parts.nextId(), finding, name, department, operator, text, new Date(parts.now())],
  );
}
