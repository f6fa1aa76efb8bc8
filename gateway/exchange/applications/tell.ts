import type { Queryable } from '../../store/index.ts';
import { type Announcement, announce, type NotificationEvent } from '../notifications/announce.ts';
import type { Part } from './part.ts';
import type { Actor } from './parties.ts';
import type { Move } from './procedure.ts';

interface TellParts {
  competent(): readonly string[];
  nextId(): string;
  now(): number;
}

/** Tells whom a move concerns, in its transaction: the other side; of a clock, whoever it runs for; of a dispute, the competent departments. */
export async function tellOfMove(
  parts: TellParts,
  transaction: Queryable,
  part: Part,
  move: Move,
  actor: Actor,
): Promise<void> {
  if (part.submittedAt === null || move === 'BEGIN') return;
  const mover = actor === 'PLATFORM' ? null : actor.department.code;
  const concerned = new Set(move === 'REMIND' ? [part.provider] : [part.applicant, part.provider]);
  if (move === 'COORDINATE' || move === 'MARK_OVERDUE')
    for (const one of parts.competent()) concerned.add(one);
  const about = { type: 'Application', id: part.application } as const;
  const told = [...concerned]
    .filter((department) => department !== mover)
    .map((department): Announcement => ({ department, event: eventOf(move), about }));
  await announce(transaction, parts, told);
}

function eventOf(move: Move): NotificationEvent {
  if (move === 'REMIND') return 'APPLICATION_DUE_SOON';
  return move === 'MARK_OVERDUE' ? 'APPLICATION_OVERDUE' : 'APPLICATION_MOVED';
}

/** Tells the holder and the provider that a grant was given or has ended. */
export async function tellOfGrant(
  parts: Omit<TellParts, 'competent'>,
  transaction: Queryable,
  event: 'GRANT_GIVEN' | 'GRANT_ENDED',
  { id, departments }: { readonly id: string; readonly departments: readonly string[] },
): Promise<void> {
  const about = { type: 'Grant', id } as const;
  await announce(
    transaction,
    parts,
    [...new Set(departments)].map((department) => ({ department, event, about })),
  );
}
