import type { Department } from '../../identity/index.ts';
import { oversees } from '../../roles.ts';

export const STATES = ['OPEN', 'CORRECTED', 'CONFIRMED', 'NOT_OURS', 'WITHDRAWN'] as const;
export type State = (typeof STATES)[number];

type Party = 'CONSUMER' | 'PROVIDER';

interface Move {
  readonly from: State;
  readonly to: State;
  readonly by: Party;
}

/**
 * Measures Art. 15: the consumer reports doubtful or wrong data, the provider checks it in time and answers. Until then the
 * person with valid papers is served normally; that is why answers say what is disputed.
 */
export const MOVES = {
  CORRECT: { from: 'OPEN', to: 'CORRECTED', by: 'PROVIDER' },
  CONFIRM: { from: 'OPEN', to: 'CONFIRMED', by: 'PROVIDER' },
  /** Not this provider's datum: it names whose it is, and the objection goes there; or nobody's, and it ends. */
  REDIRECT: { from: 'OPEN', to: 'OPEN', by: 'PROVIDER' },
  DISOWN: { from: 'OPEN', to: 'NOT_OURS', by: 'PROVIDER' },
  WITHDRAW: { from: 'OPEN', to: 'WITHDRAWN', by: 'CONSUMER' },
} as const satisfies Record<string, Move>;
export type MoveName = keyof typeof MOVES;

/** The moves that a party can make in a state. */
export function movesIn(state: State, party: Party): MoveName[] {
  return (Object.keys(MOVES) as MoveName[]).filter(
    (name) => MOVES[name].from === state && MOVES[name].by === party,
  );
}

/** Which party a department is; null when it has no part in it. Overseers see, and move nothing. */
export function partyOf(
  department: Department,
  { consumer, provider }: { readonly consumer: string; readonly provider: string },
): Party | 'OVERSEER' | null {
  if (department.code === provider) return 'PROVIDER';
  if (department.code === consumer) return 'CONSUMER';
  return oversees(department) ? 'OVERSEER' : null;
}
