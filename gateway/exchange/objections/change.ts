import { createHash } from 'node:crypto';
import type { Database, Queryable } from '../../store/index.ts';
import type { Level } from '../../words.ts';
import { type Calendar, dayOf, dueAfter, type RuleSet, ruleSetOn } from '../clock/index.ts';
import type { NamedDepartment } from '../departments/api.ts';
import type { Guesses, Outcome } from '../disclosures/guesses.ts';
import type { Claimed } from '../disclosures/was-disclosed.ts';
import type { Caller } from '../module.ts';
import { announce } from '../notifications/announce.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import type { Sealer } from '../sealed.ts';
import { MOVES, type MoveName, movesIn, partyOf } from './moves.ts';
import { type Objection, readObjection } from './objection.ts';

export interface ObjectionParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly ruleSets: readonly RuleSet[];
  readonly level: Level;
  readonly calendar: Calendar;
  nextId(): string;
  now(): number;
  /** Code of the department that answers for an item; null for what nobody publishes. */
  providerOf(coordinate: string): string | null;
  department(code: string): NamedDepartment;
  /** Does the department publish the item now? */
  publishes(department: string, coordinate: string): boolean;
  /** Does the ledger say so: this item, about this subject, to this department, in this disclosure? */
  wasDisclosed(claimed: Claimed): Promise<Outcome>;
  readonly guesses: Guesses;
}

export interface RaiseInput {
  readonly subject: string;
  readonly coordinate: string;
  readonly disclosure: string;
  readonly reason: string;
  readonly evidence?: { readonly name: string; readonly type: string; readonly base64: string } | null;
}

const MOST_EVIDENCE_BYTES = 2_000_000;
const LONGEST_TEXT = 4_000;
/** The channel on which instances hear that a dispute began or ended. */
export const CHANNEL = 'objections';

/**
 * Only what was disclosed to the consumer, about that subject, can be doubted. Gives the department that answers for it. The answer is the
 * same whatever of it is not so, as its difference would tell who somebody is; and it is counted.
 */
export async function providerOfDoubt(
  parts: ObjectionParts,
  caller: Caller,
  { coordinate, disclosure, subject }: RaiseInput,
): Promise<string> {
  const claimed = { disclosure, coordinate, subject, department: caller.principal.department };
  const lookup = { operation: 'raiseObjection', subject, matter: null } as const;
  const { outcome } = await parts.guesses.tell(caller, lookup, async () => ({
    outcome: await parts.wasDisclosed(claimed),
  }));
  const provider = parts.providerOf(coordinate);
  if (outcome !== 'HIT' || provider === null)
    throw notFound(
      '披露记录（该主体的该信息项；刚刚的记录几秒后可查）disclosure of this item about this subject',
      disclosure,
    );
  return provider;
}

/** A consumer doubts a datum that it was given. */
export async function raise(
  parts: ObjectionParts,
  transaction: Queryable,
  { principal }: Caller,
  provider: string,
  input: RaiseInput,
): Promise<string> {
  const { coordinate, subject, disclosure } = input;
  const reason = input.reason.trim();
  if (reason === '' || reason.length > LONGEST_TEXT) throw badInput(`reason: 1–${LONGEST_TEXT}`);
  const now = parts.now();
  const rules = ruleSetOn(parts.ruleSets, dayOf(now), parts.level);
  if (!rules) throw badInput('尚无规则 no rule set is in force');
  const days = rules.objectionWorkingDays;
  const { due, assumed } =
    days === null ? { due: null, assumed: false } : dueAfter(parts.calendar, dayOf(now), days);
  const id = parts.nextId();
  const sealed = parts.sealer.seal(Buffer.from(subject), id);
  await transaction.query(
    `insert into objections (id, consumer, provider, coordinate, disclosure, subject_sealed, reason, state, rule_set, due, assumed, raised_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'OPEN', $8, $9, $10, $11)`,
    [
      id,
      principal.department,
      provider,
      coordinate,
      disclosure,
      sealed,
      reason,
      rules.name,
      due,
      assumed,
      new Date(now),
    ],
  );
  if (input.evidence) await keepEvidence(parts, transaction, id, input.evidence);
  await note(parts, transaction, id, 'RAISE', principal, null);
  const about = { type: 'Objection', id } as const;
  await announce(transaction, parts, [{ department: provider, event: 'OBJECTION_RAISED', about }]);
  await transaction.query(`select pg_notify('${CHANNEL}', '')`);
  return id;
}

async function keepEvidence(
  { sealer }: ObjectionParts,
  transaction: Queryable,
  id: string,
  { name, type, base64 }: NonNullable<RaiseInput['evidence']>,
): Promise<void> {
  const content = Buffer.from(base64, 'base64');
  if (content.length === 0 || content.length > MOST_EVIDENCE_BYTES || name.length > 200 || type.length > 100)
    throw badInput(`evidence: 1–${MOST_EVIDENCE_BYTES} 字节 bytes, base64`);
  const digest = createHash('sha256').update(content).digest('base64url');
  await transaction.query(
    'insert into objection_evidence (objection, name, type, digest, content_sealed) values ($1, $2, $3, $4, $5)',
    [id, name, type, digest, sealer.seal(content, id)],
  );
}

export interface MoveInput {
  readonly id: string;
  readonly version: number;
  readonly note?: string | null;
  /** Of a redirection: the department whose datum it is. */
  readonly to?: string | null;
}

/** One move of an objection by one of its parties. What was kept about the person goes when it ends. */
export async function move(
  parts: ObjectionParts,
  transaction: Queryable,
  caller: Caller,
  name: MoveName,
  input: MoveInput,
): Promise<string> {
  const objection = await movable(transaction, caller, name, input);
  const { to } = MOVES[name];
  const text = input.note?.trim() || null;
  if (name !== 'WITHDRAW' && text === null) throw badInput('note: 必填 required');
  if (text !== null && text.length > LONGEST_TEXT) throw badInput(`note: 1–${LONGEST_TEXT}`);
  const provider = name === 'REDIRECT' ? redirected(parts, objection, input.to) : objection.provider;
  const closedAt = to === 'OPEN' ? null : new Date(parts.now());
  await transaction.query(
    `update objections set state = $2, provider = $3, closed_at = $4, version = version + 1,
       subject_sealed = case when $2 = 'OPEN' then subject_sealed end where id = $1`,
    [objection.id, to, provider, closedAt],
  );
  if (to !== 'OPEN')
    await transaction.query('update objection_evidence set content_sealed = null where objection = $1', [
      objection.id,
    ]);
  await note(parts, transaction, objection.id, name, caller.principal, text);
  const about = { type: 'Objection', id: objection.id } as const;
  const told =
    name === 'WITHDRAW' || name === 'REDIRECT'
      ? { department: provider, event: 'OBJECTION_RAISED' as const, about }
      : { department: objection.consumer, event: 'OBJECTION_ANSWERED' as const, about };
  await announce(transaction, parts, [told]);
  await transaction.query(`select pg_notify('${CHANNEL}', '')`);
  return objection.id;
}

async function movable(
  transaction: Queryable,
  { department }: Caller,
  name: MoveName,
  { id, version }: MoveInput,
): Promise<Objection> {
  const objection = await readObjection(transaction, id, 'for update');
  const party = objection && partyOf(department, objection);
  if (!objection || !party) throw notFound('疑义 objection', id);
  const what = '疑义 objection';
  if (party !== MOVES[name].by)
    throw new Refused('FORBIDDEN', {
      what: `${name} ${what}`,
      who: MOVES[name].by === 'PROVIDER' ? '提供部门 the provider' : '提出部门 the consumer',
    });
  if (objection.state !== MOVES[name].from) {
    const allowed = movesIn(objection.state, MOVES[name].by).join(', ') || '—';
    throw new Refused('ILLEGAL_MOVE', { what, id, state: objection.state, move: name, allowed });
  }
  if (objection.version !== version) throw new Refused('CONFLICT', { what, id, version: objection.version });
  return objection;
}

/** Whoever gets an objection learns whom it is about, and why: only a department that has the same item to check. */
function redirected(
  parts: ObjectionParts,
  { provider, coordinate }: Objection,
  to: string | null | undefined,
): string {
  if (!to || to === provider || !parts.publishes(to, coordinate))
    throw badInput(
      `to: 另一提供 ${coordinate} 的部门的统一社会信用代码 the code of another department that publishes ${coordinate}`,
    );
  return to;
}

async function note(
  parts: ObjectionParts,
  transaction: Queryable,
  objection: string,
  name: string,
  { department, operator }: Caller['principal'],
  text: string | null,
): Promise<void> {
  await transaction.query(
    'insert into objection_moves (id, objection, move, department, operator, note, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [parts.nextId(), objection, name, department, operator, text, new Date(parts.now())],
  );
}
