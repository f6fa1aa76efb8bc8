import type { Department } from '../../identity/index.ts';
import { administers, audits, type WithRoles } from '../../roles.ts';
import type { Procedure } from '../procedure.ts';

export const STATES = ['PENDING', 'APPROVED', 'REFUSED', 'WITHDRAWN', 'IN_EFFECT'] as const;
export type State = (typeof STATES)[number];

/** Who asks (the department that publishes), who owns what would change, and the platform when it goes live. */
type Party = 'REQUESTER' | 'OWNER' | 'PLATFORM';
export type Move = 'APPROVE' | 'REFUSE' | 'REVOKE' | 'WITHDRAW' | 'TAKE_EFFECT';

/**
 * Measures Art. 13: who governs answers, who provides answers. What another's publication changes of an owner's items is the owner's to allow,
 * and nobody's in its place: neither the requester nor the platform administrator has a move that answers.
 */
export const PROCEDURE: Procedure<State, Move, Party> = {
  PENDING: {
    APPROVE: { to: 'APPROVED', by: ['OWNER'], article: 'Art. 13' },
    REFUSE: { to: 'REFUSED', by: ['OWNER'], reason: 'REQUIRED', article: 'Art. 13' },
    WITHDRAW: { to: 'WITHDRAWN', by: ['REQUESTER'], article: 'Art. 13' },
  },
  APPROVED: {
    REVOKE: { to: 'WITHDRAWN', by: ['OWNER'], reason: 'REQUIRED', article: 'Art. 13' },
    WITHDRAW: { to: 'WITHDRAWN', by: ['REQUESTER'], article: 'Art. 13' },
    TAKE_EFFECT: { to: 'IN_EFFECT', by: ['PLATFORM'], article: 'Art. 13' },
  },
  REFUSED: {},
  WITHDRAWN: {},
  IN_EFFECT: {},
};

/** The party that a department is; those who oversee see and move nothing; null for whom it does not concern. */
export function partyOf(
  { code, roles }: Pick<Department, 'code' | 'roles'>,
  { requester, owner }: { readonly requester: string; readonly owner: string },
): 'REQUESTER' | 'OWNER' | 'OVERSEER' | null {
  if (code === owner) return 'OWNER';
  if (code === requester) return 'REQUESTER';
  return readsAll({ roles }) ? 'OVERSEER' : null;
}

export function readsAll(department: WithRoles): boolean {
  return administers(department) || audits(department);
}
