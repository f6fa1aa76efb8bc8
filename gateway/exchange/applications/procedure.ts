import type { Procedure, Step } from '../procedure.ts';

/** Where the items that an application asks of one provider stand. */
export const STATES = [
  'DRAFT',
  'SUBMITTED',
  'APPROVED',
  'APPROVED_IN_PART',
  'IN_USE',
  'REFUSED',
  'NEGOTIATING',
  'COORDINATING',
  'IN_CONFERENCE',
  'ORDERED',
  'UPHELD',
  'WITHDRAWN',
  'EXPIRED',
  'ENDED',
] as const;
export type State = (typeof STATES)[number];

export const MOVES = [
  'SUBMIT',
  'APPROVE',
  'APPROVE_IN_PART',
  'REFUSE',
  'BEGIN',
  'NEGOTIATE',
  'COORDINATE',
  'REFER',
  'ORDER',
  'UPHOLD',
  'WITHDRAW',
  'REMIND',
  'MARK_OVERDUE',
  'EXPIRE',
  'END',
] as const;
export type Move = (typeof MOVES)[number];

/**
 * The applicant (使用部门), the provider that was asked (提供部门), the competent department (主管部门), and the platform itself, by its
 * clocks. Which of them a department is, `parties.ts` says.
 */
export type Party = 'APPLICANT' | 'PROVIDER' | 'COORDINATOR' | 'PLATFORM';

type One = Step<State, Party>;
const needsReason = { reason: 'REQUIRED' } as const;
const startsClock = { clock: 'ANSWER' } as const;

/** 提供部门同意：授权随之产生 The grant comes with the approval. */
const approving: { readonly APPROVE: One; readonly APPROVE_IN_PART: One } = {
  APPROVE: { to: 'APPROVED', by: ['PROVIDER'], article: 'Art. 12 ¶1' },
  APPROVE_IN_PART: { to: 'APPROVED_IN_PART', by: ['PROVIDER'], ...needsReason, article: 'Art. 12 ¶1' },
};
/** 使用部门撤回；所申请的期限届满 The applicant may withdraw; and nothing is granted beyond the time that was asked for. */
const leaving: { readonly WITHDRAW: One; readonly EXPIRE: One } = {
  WITHDRAW: { to: 'WITHDRAWN', by: ['APPLICANT'], article: 'Art. 5(2)' },
  EXPIRE: { to: 'EXPIRED', by: ['PLATFORM'], article: 'Art. 12 ¶1' },
};
/** 权利的始末 The grant begins on its day, and ends by the clock, by its provider or by giving it back. */
const using: { readonly END: One } = {
  END: { to: 'ENDED', by: ['PLATFORM', 'PROVIDER', 'APPLICANT', 'COORDINATOR'], article: 'Art. 14' },
};
/** 期限 Reminders before the deadline; overdue after it, which changes nothing but the figures. */
const clocked = (state: State): { readonly REMIND: One; readonly MARK_OVERDUE: One } => ({
  REMIND: { to: state, by: ['PLATFORM'], article: 'Art. 12 ¶1' },
  MARK_OVERDUE: { to: state, by: ['PLATFORM'], article: 'Art. 12 ¶1, 24' },
});

/**
 * Measures Art. 12 as a table. Conditional items are applied for and answered within the clock, a refusal with its reason; use follows
 * the answer. Withheld items, and refused ones, are negotiated (协商) with the provider; failing that the competent department of the
 * level coordinates (协调), and between central departments the joint conference (联席会议) does.
 */
export const PROCEDURE: Procedure<State, Move, Party> = {
  DRAFT: {
    SUBMIT: { to: 'SUBMITTED', by: ['APPLICANT'], ...startsClock, article: 'Art. 12 ¶1' },
    NEGOTIATE: { to: 'NEGOTIATING', by: ['APPLICANT'], article: 'Art. 12 ¶1' }, // withheld items
    WITHDRAW: leaving.WITHDRAW,
  },
  SUBMITTED: {
    ...approving,
    REFUSE: { to: 'REFUSED', by: ['PROVIDER'], ...needsReason, article: 'Art. 12 ¶1' },
    ...clocked('SUBMITTED'),
    ...leaving,
  },
  APPROVED: { BEGIN: { to: 'IN_USE', by: ['PLATFORM'], article: 'Art. 12 ¶1' }, ...using },
  APPROVED_IN_PART: { BEGIN: { to: 'IN_USE', by: ['PLATFORM'], article: 'Art. 12 ¶1' }, ...using },
  IN_USE: { ...using },
  REFUSED: {
    NEGOTIATE: { to: 'NEGOTIATING', by: ['APPLICANT'], ...needsReason, article: 'Art. 12 ¶1' },
    ...leaving,
  },
  NEGOTIATING: {
    ...approving,
    COORDINATE: {
      to: 'COORDINATING',
      by: ['APPLICANT', 'PROVIDER'],
      ...needsReason,
      article: 'Art. 12 ¶1',
    },
    ...leaving,
  },
  COORDINATING: {
    ...approving,
    ORDER: { to: 'ORDERED', by: ['COORDINATOR'], ...needsReason, ...startsClock, article: 'Art. 12 ¶1' },
    UPHOLD: { to: 'UPHELD', by: ['COORDINATOR'], ...needsReason, article: 'Art. 12 ¶1' },
    REFER: { to: 'IN_CONFERENCE', by: ['COORDINATOR'], ...needsReason, article: 'Art. 12 ¶1' },
    ...leaving,
  },
  IN_CONFERENCE: {
    ...approving,
    ORDER: { to: 'ORDERED', by: ['COORDINATOR'], ...needsReason, ...startsClock, article: 'Art. 12 ¶1' },
    UPHOLD: { to: 'UPHELD', by: ['COORDINATOR'], ...needsReason, article: 'Art. 12 ¶1' },
    ...leaving,
  },
  // Art. 12 ¶2: also what was decided is granted by the provider, who fixes its scope and use; it can no longer refuse.
  ORDERED: { APPROVE: approving.APPROVE, ...clocked('ORDERED'), ...leaving },
  UPHELD: {},
  WITHDRAWN: {},
  EXPIRED: {},
  ENDED: {},
};

/** States in which a provider's answer is awaited by its clock. */
export function hasClock(state: State): boolean {
  return PROCEDURE[state].MARK_OVERDUE !== undefined;
}

/** States in which an approval may still come, and which end when the time that was asked for is over. */
export function canExpire(state: State): boolean {
  return PROCEDURE[state].EXPIRE !== undefined;
}
