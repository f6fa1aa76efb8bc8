import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  canExpire,
  hasClock,
  MOVES,
  type Move,
  type Party,
  PROCEDURE,
  STATES,
  type State,
} from '../../../gateway/exchange/applications/procedure.ts';
import { GRANT_MOVES, GRANT_PROCEDURE, GRANT_STATES } from '../../../gateway/exchange/grants/procedure.ts';
import { type Judged, judgeMove, movesOf, partiesOf } from '../../../gateway/exchange/procedure.ts';

const PARTIES: readonly Party[] = ['APPLICANT', 'PROVIDER', 'COORDINATOR', 'PLATFORM'];
const GRANTED: readonly State[] = ['APPROVED', 'APPROVED_IN_PART', 'IN_USE', 'ENDED'];

describe('the procedure of Measures Art. 12', () => {
  it.each<[State, Move, Party, State | null]>([
    ['DRAFT', 'SUBMIT', 'APPLICANT', 'SUBMITTED'],
    ['SUBMITTED', 'APPROVE', 'PROVIDER', 'APPROVED'],
    ['SUBMITTED', 'APPROVE', 'APPLICANT', null],
    ['SUBMITTED', 'APPROVE', 'COORDINATOR', null],
    ['SUBMITTED', 'NEGOTIATE', 'APPLICANT', null],
    ['REFUSED', 'NEGOTIATE', 'APPLICANT', 'NEGOTIATING'],
    ['REFUSED', 'COORDINATE', 'APPLICANT', null],
    ['NEGOTIATING', 'COORDINATE', 'PROVIDER', 'COORDINATING'],
    ['COORDINATING', 'UPHOLD', 'COORDINATOR', 'UPHELD'],
    ['COORDINATING', 'ORDER', 'PROVIDER', null],
    ['ORDERED', 'REFUSE', 'PROVIDER', null],
    ['ORDERED', 'APPROVE_IN_PART', 'PROVIDER', null],
    ['ORDERED', 'APPROVE', 'PROVIDER', 'APPROVED'],
    ['EXPIRED', 'APPROVE', 'PROVIDER', null],
    ['WITHDRAWN', 'APPROVE', 'PROVIDER', null],
  ])('%s × %s by %s → %s', (state, move, party, to) => {
    const judged = judgeMove(PROCEDURE, state, move, [party]);
    expect(judged.ok ? judged.step.to : null).toBe(to);
  });

  it('is walked, whoever tries whatever, along its steps alone: a right only by its provider, and no way out of an end', () => {
    const tries = fc.array(fc.tuple(fc.constantFrom(...MOVES), fc.constantFrom(...PARTIES)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(tries, (all) => {
        let state: State = 'DRAFT' as State;
        let granted = false;
        for (const [move, party] of all) {
          const judged: Judged<State, Party> = judgeMove(PROCEDURE, state, move, [party]);
          expect(judged.ok).toBe(movesOf(PROCEDURE, state, [party]).includes(move));
          if (!judged.ok) continue;
          const { to } = judged.step;
          // Only the provider's approval leads from what is not granted to what is, and nothing leads back.
          if (GRANTED.includes(to) && !granted)
            expect([move.slice(0, 7), party]).toEqual(['APPROVE', 'PROVIDER']);
          if (granted) expect(GRANTED).toContain(to);
          granted ||= GRANTED.includes(to);
          if (hasClock(state) && party === 'PLATFORM' && move !== 'EXPIRE') expect(to).toBe(state);
          state = to;
        }
        expect(STATES).toContain(state);
        if (['UPHELD', 'WITHDRAWN', 'EXPIRED', 'ENDED'].includes(state)) expect(PROCEDURE[state]).toEqual({});
      }),
      { numRuns: 1_000 },
    );
  });

  it('leads everywhere from a draft, and from everywhere to an end', () => {
    const next = (state: State): State[] => Object.values(PROCEDURE[state]).map(({ to }) => to);
    const reach = (from: State): Set<State> => {
      const found = new Set<State>([from]);
      for (const state of found) for (const to of next(state)) found.add(to);
      return found;
    };
    expect([...reach('DRAFT')].sort()).toEqual([...STATES].sort());
    for (const state of STATES) expect([...reach(state)].some((one) => next(one).length === 0)).toBe(true);
  });

  it('runs a clock exactly where a provider has to answer, which its submission or a decision starts', () => {
    expect(STATES.filter(hasClock)).toEqual(['SUBMITTED', 'ORDERED']);
    for (const state of STATES)
      for (const step of Object.values(PROCEDURE[state]))
        if (step.clock || (hasClock(step.to) && step.to !== state))
          expect([step.clock, hasClock(step.to)]).toEqual(['ANSWER', true]);
  });

  it('lets nobody approve where the time that was asked for cannot run out', () => {
    for (const state of STATES)
      if (PROCEDURE[state].APPROVE) expect([state, canExpire(state)]).toEqual([state, true]);
  });
});

test('a grant that has ended is not begun again, and only its provider or the competent department resumes it', () => {
  for (const state of GRANT_STATES.filter((one) => one !== 'ACTIVE' && one !== 'SUSPENDED'))
    expect(GRANT_PROCEDURE[state]).toEqual({});
  expect(partiesOf(GRANT_PROCEDURE, 'RESUME')).toEqual(['PROVIDER', 'COORDINATOR']);
  for (const move of GRANT_MOVES)
    for (const state of ['REVOKED', 'RETURNED', 'EXPIRED'] as const)
      expect(judgeMove(GRANT_PROCEDURE, state, move, ['HOLDER', 'PROVIDER', 'COORDINATOR']).ok).toBe(false);
});

test('docs/applications.md tells every state with every move', () => {
  const lines = readFileSync('docs/applications.md', 'utf8').split('\n');
  for (const state of STATES) {
    const row = lines.find((line) => line.startsWith(`| \`${state}\` `)) ?? '';
    const told = [...row.matchAll(/`(\w+)` → `(\w+)`/g)].map(([, move, to]) => `${move} ${to}`);
    expect(told.sort()).toEqual(
      Object.entries(PROCEDURE[state])
        .map(([move, { to }]) => `${move} ${to}`)
        .sort(),
    );
  }
});
