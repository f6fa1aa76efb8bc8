import type { Queryable } from '../../store/index.ts';
import type { Caller } from '../module.ts';
import { announce } from '../notifications/announce.ts';
import { judgeMove, movesOf, partiesOf } from '../procedure.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { readConsent } from './consent.ts';
import { note } from './note.ts';
import { type Move, PROCEDURE, partyOf } from './procedure.ts';
import { LONGEST_TEXT } from './request.ts';

export interface MoveInput {
  readonly id: string;
  readonly version: number;
  readonly note?: string | null;
}

const WHAT = '同意请求 consent';

/** One move of a consent by one of its parties. */
export async function moveConsent(
  parts: { nextId(): string; now(): number },
  transaction: Queryable,
  caller: Caller,
  move: Move,
  input: MoveInput,
): Promise<string> {
  const { department, principal } = caller;
  const consent = await readConsent(transaction, input.id, 'for update');
  const party = consent && partyOf(department, consent);
  if (!consent || !party) throw notFound(WHAT, input.id);
  const own = party === 'OVERSEER' ? [] : [party];
  const judged = judgeMove(PROCEDURE, consent.state, move, own);
  if (!judged.ok) {
    if (judged.code === 'FORBIDDEN' || own.every((one) => !partiesOf(PROCEDURE, move).includes(one)))
      throw new Refused('FORBIDDEN', { what: `${move} ${WHAT}`, who: partiesOf(PROCEDURE, move).join(', ') });
    const allowed = movesOf(PROCEDURE, consent.state, own).join(', ') || '—';
    throw new Refused('ILLEGAL_MOVE', { what: WHAT, id: consent.id, state: consent.state, move, allowed });
  }
  if (consent.version !== input.version)
    throw new Refused('CONFLICT', { what: WHAT, id: consent.id, version: consent.version });
  const text = input.note?.trim() || null;
  if (judged.step.reason === 'REQUIRED' && text === null) throw badInput('note: 必填 required');
  if (text !== null && text.length > LONGEST_TEXT) throw badInput(`note: 1–${LONGEST_TEXT}`);
  const at = new Date(parts.now());
  const { to } = judged.step;
  await transaction.query(
    'update consents set state = $2, closed_at = $3, version = version + 1 where id = $1',
    [consent.id, to, to === 'APPROVED' ? null : at],
  );
  await note(transaction, consent.id, move, { ...principal, at }, text);
  const about = { type: 'Consent', id: consent.id } as const;
  const isOwners = party === 'OWNER';
  await announce(transaction, parts, [
    {
      department: isOwners ? consent.requester : consent.owner,
      event: to === 'WITHDRAWN' ? 'CONSENT_WITHDRAWN' : 'CONSENT_ANSWERED',
      about,
    },
  ]);
  return consent.id;
}
