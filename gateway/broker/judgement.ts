import type { DisclosedCoordinate } from '../ledger/index.ts';
import type { SharingIndex } from '../registry/index.ts';
import type { Coordinate, GrantId } from '../words.ts';
import { grantsOf, type Judged, type RowScope } from './guard/index.ts';

/** What was decided of an operation, as the ledger records it and the assertion to providers tells it. */
export interface Judgement {
  readonly disclosed: readonly DisclosedCoordinate[];
  readonly grants: readonly GrantId[];
}

export const NO_JUDGEMENT: Judgement = { disclosed: [], grants: [] };

type Scopes = ReadonlyMap<unknown, ReadonlyMap<string, readonly RowScope[]>>;
const NO_SCOPES: Scopes = new Map();

/** Made once for a program, not for each of its requests. */
export function judgementOf(
  decisions: readonly Judged[],
  index: SharingIndex,
  scopes: Scopes = NO_SCOPES,
): Judgement {
  const disclosed = decisions.map(
    ({ coordinate, decision, action }): DisclosedCoordinate => ({
      coordinate,
      effect: action === 'verify' && decision.effect !== 'DENY' ? 'MATCH' : decision.effect,
      ...(decision.effect === 'DENY' && { code: decision.code }),
      ...(decision.effect === 'MASK' && { mask: decision.mask }),
      provider: index.rule(coordinate).provider.code,
      policies: decision.policies,
    }),
  );
  return { disclosed: [...disclosed, ...conditionsOf(scopes, index)], grants: grantsOf(decisions) };
}

/** The items that the gateway reads to tell what is in scope, with the grants that make it do so. */
function conditionsOf(scopes: Scopes, index: SharingIndex): DisclosedCoordinate[] {
  const grants = new Map<Coordinate, Set<string>>();
  for (const [type, all] of [...scopes.values()].flatMap((byType) => [...byType])) {
    for (const { grant, conditions } of all.flatMap((one) => one.alternatives)) {
      for (const { field } of conditions) {
        const { coordinate } = index.rule(`${type}.${field}`);
        grants.set(coordinate, (grants.get(coordinate) ?? new Set()).add(`grant:${grant}`));
      }
    }
  }
  return [...grants].map(([coordinate, policies]) => ({
    coordinate,
    effect: 'CONDITION',
    provider: index.rule(coordinate).provider.code,
    policies: [...policies],
  }));
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
