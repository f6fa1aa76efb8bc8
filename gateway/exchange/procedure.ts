/** One step of a procedure: a move that is possible in a state, where it leads, and who may make it. */
export interface Step<State extends string, Party extends string> {
  readonly to: State;
  readonly by: readonly Party[];
  /** It has to be said why. */
  readonly reason?: 'REQUIRED';
  /** The clock that starts with it. */
  readonly clock?: 'ANSWER';
  /** Where it stands. */
  readonly article: string;
}

/** A procedure as one table: state × move → step. A state without moves is an end. */
export type Procedure<State extends string, Move extends string, Party extends string> = {
  readonly [S in State]: { readonly [M in Move]?: Step<State, Party> };
};

export type Judged<State extends string, Party extends string> =
  | { readonly ok: true; readonly step: Step<State, Party> }
  /** `FORBIDDEN`: the move is there, for somebody else. `ILLEGAL_MOVE`: it is not. */
  | { readonly ok: false; readonly code: 'FORBIDDEN' | 'ILLEGAL_MOVE' };

/** May somebody who acts as these parties make a move in a state? */
export function judgeMove<State extends string, Move extends string, Party extends string>(
  procedure: Procedure<State, Move, Party>,
  state: State,
  move: Move,
  parties: readonly Party[],
): Judged<State, Party> {
  const step = procedure[state][move];
  if (!step) return { ok: false, code: 'ILLEGAL_MOVE' };
  return step.by.some((one) => parties.includes(one)) ? { ok: true, step } : { ok: false, code: 'FORBIDDEN' };
}

/** The moves that somebody can make in a state. */
export function movesOf<State extends string, Move extends string, Party extends string>(
  procedure: Procedure<State, Move, Party>,
  state: State,
  parties: readonly Party[],
): Move[] {
  const moves = Object.keys(procedure[state]) as Move[];
  return moves.filter((move) => judgeMove(procedure, state, move, parties).ok);
}

/** The parties that a move is for, in whatever state. */
export function partiesOf<State extends string, Move extends string, Party extends string>(
  procedure: Procedure<State, Move, Party>,
  move: Move,
): Party[] {
  const states = Object.values<{ readonly [M in Move]?: Step<State, Party> }>(procedure);
  return [...new Set(states.flatMap((moves) => moves[move]?.by ?? []))];
}
