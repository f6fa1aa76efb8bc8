import { isCompetent, oversees } from '../../roles.ts';
import type { Queryable } from '../../store/index.ts';
import { END } from '../applications/clocks.ts';
import { movePart } from '../applications/move.ts';
import type { Actor } from '../applications/parties.ts';
import type { MoveParts } from '../applications/rules.ts';
import { instantOf } from '../clock/index.ts';
import { cancelJob, scheduleJob } from '../jobs/index.ts';
import { judgeMove, movesOf, partiesOf } from '../procedure.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { type GrantRecord, grantOf, stateOf } from './grant.ts';
import { GRANT_PROCEDURE, type GrantMove, type GrantParty } from './procedure.ts';

export const WHAT = '授权 grant';

type Mover = Exclude<Actor, 'PLATFORM'>;

export interface GrantMoveRequest {
  readonly id: string;
  readonly version: number;
  readonly move: GrantMove;
  readonly actor: Mover;
  readonly reason?: string | null;
  /** For SHORTEN. */
  readonly validUntil?: string | null;
}

/** Its holder and its provider see a grant, and whoever oversees the platform. */
export function seesGrant({ department }: Pick<Mover, 'department'>, grant: GrantRecord): boolean {
  return department.code === grant.holder || department.code === grant.provider || oversees(department);
}

export function grantParties({ department }: Pick<Mover, 'department'>, grant: GrantRecord): GrantParty[] {
  const parties: GrantParty[] = [];
  if (department.code === grant.holder) parties.push('HOLDER');
  // Nobody watches over a right of its own: what a department holds of its own items, the competent one watches.
  const isOwn = grant.holder === grant.provider;
  if (department.code === grant.provider && !isOwn) parties.push('PROVIDER');
  if (isCompetent(department) && parties.length === 0)
    parties.push('COORDINATOR', ...(isOwn ? (['PROVIDER'] as const) : []));
  return parties;
}

/**
 * Ends, suspends or shortens a grant. It takes effect in every instance as soon as the transaction is committed and told; its application
 * ends with it.
 */
export async function moveGrant(
  parts: MoveParts,
  transaction: Queryable,
  request: GrantMoveRequest,
): Promise<string> {
  const { id, move, actor, reason = null } = request;
  const [row] = await transaction.query('select * from grants where id = $1 for update', [id]);
  const grant = row && grantOf(row);
  if (!grant || !seesGrant(actor, grant)) throw notFound(WHAT, id);
  const state = stateOf(grant, parts.now());
  const parties = grantParties(actor, grant);
  const forbidden = new Refused('FORBIDDEN', {
    what: move,
    who: partiesOf(GRANT_PROCEDURE, move).join(', '),
  });
  if (!partiesOf(GRANT_PROCEDURE, move).some((one) => parties.includes(one))) throw forbidden;
  if (request.version !== grant.version)
    throw new Refused('CONFLICT', { what: WHAT, id, version: grant.version });
  const judged = judgeMove(GRANT_PROCEDURE, state, move, parties);
  if (!judged.ok && judged.code === 'FORBIDDEN') throw forbidden;
  if (!judged.ok) {
    const allowed = movesOf(GRANT_PROCEDURE, state, parties).join(', ') || '—';
    throw new Refused('ILLEGAL_MOVE', { what: WHAT, id, state, move, allowed });
  }
  const { step } = judged;
  if (step.reason === 'REQUIRED' && !reason?.trim()) throw badInput('reason: 须说明理由 say why');
  const until = move === 'SHORTEN' ? readShorter(grant, request.validUntil, parts.now()) : grant.validUntil;
  await transaction.query(
    'update grants set status = $2, valid_until = $3, version = version + 1 where id = $1',
    [id, step.to, until],
  );
  await transaction.query(
    `insert into grant_history (id, grant_id, at, department, operator, move, from_state, to_state, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      parts.nextId(),
      id,
      new Date(parts.now()),
      actor.department.code,
      actor.operator,
      move,
      state,
      step.to,
      reason,
    ],
  );
  if (grant.part !== null)
    await followInApplication(parts, transaction, grant.part, move, until, actor, reason);
  return id;
}

function readShorter(grant: GrantRecord, text: string | null | undefined, now: number): Date {
  const at = text === null || text === undefined ? null : instantOf(text, 'END');
  if (at === null || at <= now || at >= grant.validUntil.getTime())
    throw badInput('validUntil: 须晚于现在、早于原期限 must be after now and before the present end');
  return new Date(at);
}

async function followInApplication(
  parts: MoveParts,
  transaction: Queryable,
  part: string,
  move: GrantMove,
  until: Date,
  actor: Actor,
  reason: string | null,
): Promise<void> {
  if (move === 'SHORTEN')
    await scheduleJob(transaction, { kind: END, key: part, payload: part, runAt: until.getTime() });
  if (move !== 'REVOKE' && move !== 'RETURN') return;
  await movePart(parts, transaction, { part, move: 'END', actor, reason });
  await cancelJob(transaction, END, part);
}
