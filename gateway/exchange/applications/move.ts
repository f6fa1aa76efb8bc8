import type { Department } from '../../identity/index.ts';
import type { Queryable } from '../../store/index.ts';
import { endOf } from '../clock/index.ts';
import { judgeMove, movesOf, partiesOf, type Step } from '../procedure.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { startClock } from './clocks.ts';
import { conflict, lockPart, type Part, WHAT } from './part.ts';
import { type Actor, isVisible, partiesTo } from './parties.ts';
import { canExpire, type Move, type Party, PROCEDURE, type State } from './procedure.ts';
import { type MoveParts, rulesOf } from './rules.ts';
import { tellOfGrant, tellOfMove } from './tell.ts';

export interface MoveRequest {
  readonly part: string;
  readonly move: Move;
  readonly actor: Actor;
  /** The version that the mover has read; the platform moves whatever there is. */
  readonly version?: number;
  readonly reason?: string | null;
}

const LONGEST_REASON = 2_000;

/**
 * Makes one move in the procedure of Measures Art. 12 and writes it into the history. In this order a move is refused: who may not see
 * the application finds none (`NOT_FOUND`); who can never make the move may not (`FORBIDDEN`); who has read an older version is told
 * (`CONFLICT`); what the state does not allow is no move (`ILLEGAL_MOVE`).
 */
export async function movePart(
  parts: MoveParts,
  transaction: Queryable,
  request: MoveRequest,
): Promise<{ readonly before: Part; readonly after: Part }> {
  const before = await lockPart(transaction, request.part);
  if (!before || !isVisible(before, request.actor)) throw notFound(WHAT, request.part);
  const step = admitMove(parts, before, request);
  const { reason = null } = request;
  if (needsReason(parts, before, request.move, step) && !reason?.trim())
    throw badInput('reason: 须说明理由 say why');
  if (reason !== null && reason.length > LONGEST_REASON) throw badInput(`reason: 1–${LONGEST_REASON}`);
  await applyMove(parts, transaction, before, step.to);
  await recordMove(parts, transaction, { ...request, from: before.state, to: step.to });
  if (step.clock) await startClock(parts, transaction, before);
  const after = await lockPart(transaction, before.id);
  if (!after) throw new Error('a part that was just moved is gone');
  await tellOfMove(parts, transaction, after, request.move, request.actor);
  if (request.move === 'END' && after.grant !== null)
    await tellOfGrant(parts, transaction, 'GRANT_ENDED', {
      id: after.grant,
      departments: [after.applicant, after.provider],
    });
  return { before, after };
}

/** Refuses a move, or says where it leads. */
export function admitMove(
  parts: MoveParts,
  part: Part,
  request: Pick<MoveRequest, 'move' | 'actor' | 'version'>,
): Step<State, Party> {
  const { move, actor, version } = request;
  const parties = partiesOfActor(actor, part);
  if (!partiesOf(PROCEDURE, move).some((one) => parties.includes(one))) throw forbidden(move);
  if (version !== undefined && version !== part.version) throw conflict(part.id, part.version);
  const state = isTimeOver(part, parts.now()) && actor !== 'PLATFORM' ? 'EXPIRED' : part.state;
  const judged = judgeMove(PROCEDURE, state, move, parties);
  if (!judged.ok && judged.code === 'FORBIDDEN') throw forbidden(move);
  if (!judged.ok || !isOpenTo(parts, part, move)) throw illegal(parts, part, state, move, parties);
  return judged.step;
}

export function partiesOfActor(actor: Actor, part: Part): Party[] {
  return actor === 'PLATFORM' ? ['PLATFORM'] : partiesTo(actor.department, part);
}

/** The time that was asked for is over: whatever the clock has written yet, nothing can be approved any more. */
function isTimeOver(part: Part, now: number): boolean {
  return canExpire(part.state) && now >= part.content.until;
}

/** What the state alone does not tell: withheld items are not applied for, and the joint conference is for central departments. */
function isOpenTo(parts: MoveParts, part: Part, move: Move): boolean {
  if (part.state === 'DRAFT' && move === 'SUBMIT') return part.class === 'CONDITIONAL';
  if (part.state === 'DRAFT' && move === 'NEGOTIATE') return part.class === 'WITHHELD';
  const { escalation } = rulesOf(parts, part);
  if (move === 'COORDINATE') return escalation.includes('COORDINATION');
  if (move === 'REFER') return parts.level === 'NATIONAL' && escalation.includes('JOINT_CONFERENCE');
  return true;
}

/** The moves that a department can make now. */
export function openMoves(parts: MoveParts, part: Part, department: Department): Move[] {
  if (isTimeOver(part, parts.now())) return [];
  return movesOf(PROCEDURE, part.state, partiesTo(department, part)).filter((move) =>
    isOpenTo(parts, part, move),
  );
}

function needsReason(parts: MoveParts, part: Part, move: Move, step: Step<State, Party>): boolean {
  // Art. 12 ¶1: a refusal states its reason; whether it must is a rule of the set in force.
  return step.reason === 'REQUIRED' && (move !== 'REFUSE' || rulesOf(parts, part).refusalStatesReason);
}

/** States in which the provider has given its answer. */
const ANSWERS: readonly State[] = ['APPROVED', 'APPROVED_IN_PART', 'REFUSED'];

async function applyMove(parts: MoveParts, transaction: Queryable, part: Part, to: State): Promise<void> {
  if (to === part.state) return; // Reminders and being overdue move nothing: whoever has read the part has still read it.
  const now = parts.now();
  const answers = ANSWERS.includes(to) && part.answeredAt === null;
  const inTime = answers && part.due ? now < endOf(part.due) : null;
  await transaction.query(
    `update application_parts set state = $2, version = version + 1,
       clock_from = null, clock_days = null, due = null, due_assumed = false,
       answered_at = coalesce(answered_at, $3), answered_in_time = coalesce(answered_in_time, $4),
       rule_set = coalesce(rule_set, $5)
     where id = $1`,
    [part.id, to, answers ? new Date(now) : null, inTime, rulesOf(parts, part).name],
  );
}

/** Writes a move into the history, from which nothing is ever removed. */
export async function recordMove(
  parts: Pick<MoveParts, 'nextId' | 'now'>,
  transaction: Queryable,
  made: MoveRequest & { readonly from: State; readonly to: State },
): Promise<void> {
  const { part, move, actor, from, to, reason = null } = made;
  const [department, operator] =
    actor === 'PLATFORM' ? [null, null] : [actor.department.code, actor.operator];
  await transaction.query(
    `insert into application_history (id, part, at, department, operator, move, from_state, to_state, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [parts.nextId(), part, new Date(parts.now()), department, operator, move, from, to, reason],
  );
}

function forbidden(move: Move): Refused {
  return new Refused('FORBIDDEN', { what: move, who: partiesOf(PROCEDURE, move).join(', ') });
}

function illegal(parts: MoveParts, part: Part, state: State, move: Move, parties: readonly Party[]): Refused {
  const allowed = movesOf(PROCEDURE, state, parties).filter((one) => isOpenTo(parts, part, one));
  return new Refused('ILLEGAL_MOVE', {
    what: WHAT,
    id: part.id,
    state,
    move,
    allowed: allowed.join(', ') || '—',
  });
}
