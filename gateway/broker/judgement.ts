import type { DisclosedCoordinate } from '../ledger/index.ts';
import type { SharingIndex } from '../registry/index.ts';
import type { GrantId } from '../words.ts';
import { grantsOf, type Judged } from './guard/index.ts';

/** What was decided of an operation, as the ledger records it and the assertion to providers tells it. */
export interface Judgement {
  readonly disclosed: readonly DisclosedCoordinate[];
  readonly grants: readonly GrantId[];
}

export const NO_JUDGEMENT: Judgement = { disclosed: [], grants: [] };

/** Made once for a program, not for each of its requests. */
export function judgementOf(decisions: readonly Judged[], index: SharingIndex): Judgement {
  const disclosed = decisions.map(
    ({ coordinate, decision }): DisclosedCoordinate => ({
      coordinate,
      effect: decision.effect,
      ...(decision.effect === 'DENY' && { code: decision.code }),
      ...(decision.effect === 'MASK' && { mask: decision.mask }),
      provider: index.rule(coordinate).provider.code,
      policies: decision.policies,
    }),
  );
  return { disclosed, grants: grantsOf(decisions) };
}

/** Adds what was decided of one request's variables. */
export function joinJudgements(
  base: Judgement,
  decisions: readonly Judged[],
  index: SharingIndex,
): Judgement {
  if (decisions.length === 0) return base;
  const more = judgementOf(decisions, index);
  return {
    disclosed: [...base.disclosed, ...more.disclosed],
    grants: [...new Set([...base.grants, ...more.grants])],
  };
}
