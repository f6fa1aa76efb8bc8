export const STATES = ['OPEN', 'ANSWERED', 'RECTIFIED', 'UNFOUNDED'] as const;
export type State = (typeof STATES)[number];

/** Breaches for which the Measures order rectification (Art. 24). */
export const BREACHES = [
  /** (1) no catalogue, or a stale one */
  'CATALOGUE_MISSING_OR_STALE',
  /** (2) shared information not provided in time */
  'NOT_PROVIDED_IN_TIME',
  /** (3) data inconsistent with what is held, or unusable */
  'DATA_INCONSISTENT_OR_UNUSABLE',
  /** (4) used for other purposes than duties need */
  'USE_BEYOND_DUTIES',
  /** (5) any other breach */
  'OTHER',
] as const;
export type Breach = (typeof BREACHES)[number];

/** The department that is to rectify, and those who supervise it. */
type Party = 'DEPARTMENT' | 'SUPERVISOR';

interface Move {
  readonly from: readonly State[];
  readonly to: State;
  readonly by: Party;
}

/** Measures Art. 24: notice, an answer within the time that the notice sets, and closure by whoever supervises. */
export const MOVES = {
  ANSWER: { from: ['OPEN'], to: 'ANSWERED', by: 'DEPARTMENT' },
  /** The answer does not do: again, with a new deadline. */
  RETURN: { from: ['ANSWERED'], to: 'OPEN', by: 'SUPERVISOR' },
  CLOSE_RECTIFIED: { from: ['ANSWERED'], to: 'RECTIFIED', by: 'SUPERVISOR' },
  /** There was no breach; needs no answer. */
  CLOSE_UNFOUNDED: { from: ['OPEN', 'ANSWERED'], to: 'UNFOUNDED', by: 'SUPERVISOR' },
} as const satisfies Record<string, Move>;
export type MoveName = keyof typeof MOVES;

export function movesIn(state: State, party: Party): MoveName[] {
  return (Object.keys(MOVES) as MoveName[]).filter((name) => {
    const { from, by }: Move = MOVES[name];
    return by === party && from.includes(state);
  });
}
