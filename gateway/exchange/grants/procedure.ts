import type { Procedure } from '../procedure.ts';

/** How a grant stands. That it is not valid yet or has expired follows from its dates; nothing can be done with an expired one. */
export const GRANT_STATES = ['ACTIVE', 'SUSPENDED', 'REVOKED', 'RETURNED', 'EXPIRED'] as const;
export type GrantState = (typeof GRANT_STATES)[number];

export const GRANT_MOVES = ['SUSPEND', 'RESUME', 'SHORTEN', 'REVOKE', 'RETURN'] as const;
export type GrantMove = (typeof GRANT_MOVES)[number];

/** The consumer that holds it, the provider whose items it opens, and the competent department. */
export type GrantParty = 'HOLDER' | 'PROVIDER' | 'COORDINATOR';

const ending = {
  // Art. 12 ¶2, 13: who answers for the data fixes their use, and can end it.
  REVOKE: { to: 'REVOKED', by: ['PROVIDER'], reason: 'REQUIRED', article: 'Art. 12 ¶2, 13' },
  // Art. 14: what is no longer needed for one's duties is given back.
  RETURN: { to: 'RETURNED', by: ['HOLDER'], article: 'Art. 14' },
} as const;

export const GRANT_PROCEDURE: Procedure<GrantState, GrantMove, GrantParty> = {
  ACTIVE: {
    ...ending,
    // Art. 24: the competent department can stop a use that looks wrong until it is looked into.
    SUSPEND: { to: 'SUSPENDED', by: ['PROVIDER', 'COORDINATOR'], reason: 'REQUIRED', article: 'Art. 24' },
    SHORTEN: { to: 'ACTIVE', by: ['PROVIDER'], reason: 'REQUIRED', article: 'Art. 12 ¶2' },
  },
  SUSPENDED: {
    ...ending,
    RESUME: { to: 'ACTIVE', by: ['PROVIDER', 'COORDINATOR'], reason: 'REQUIRED', article: 'Art. 24' },
    SHORTEN: { to: 'SUSPENDED', by: ['PROVIDER'], reason: 'REQUIRED', article: 'Art. 12 ¶2' },
  },
  REVOKED: {},
  RETURNED: {},
  EXPIRED: {},
};
