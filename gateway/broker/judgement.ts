import type { DisclosedCoordinate, SentItems } from '../ledger/index.ts';
import type { SharingIndex } from '../registry/index.ts';
import type { Coordinate, GrantId } from '../words.ts';
import { grantsOf, type Judged, type RowScope } from './guard/index.ts';

/** What was decided of an operation, as the ledger records it and the assertion to providers tells it. */
export interface Judgement {
  readonly disclosed: readonly DisclosedCoordinate[];
  readonly grants: readonly GrantId[];
  /** Other departments' items that its providers are sent, should they be asked; by subgraph. */
  readonly sent: readonly SentItems[];
}

export const NO_JUDGEMENT: Judgement = { disclosed: [], grants: [], sent: [] };

type Scopes = ReadonlyMap<unknown, ReadonlyMap<string, readonly RowScope[]>>;
const NO_SCOPES: Scopes = new Map();

/** Made once for a program, not for each of its requests. */
export function judgementOf(
  decisions: readonly Judged[],
  index: SharingIndex,
  scopes: Scopes = NO_SCOPES,
): Judgement {
  const disclosed = decisions
    .filter(({ recipient }) => !recipient)
    .map(
      ({ coordinate, decision, action }): DisclosedCoordinate => ({
        coordinate,
        effect: action === 'verify' && decision.effect !== 'DENY' ? 'MATCH' : decision.effect,
        ...(decision.effect === 'DENY' && { code: decision.code }),
        ...(decision.effect === 'MASK' && { mask: decision.mask }),
        provider: index.rule(coordinate).provider.code,
        policies: decision.policies,
      }),
    );
  return {
    disclosed: [...disclosed, ...conditionsOf(scopes, index)],
    grants: grantsOf(decisions.filter(({ recipient }) => !recipient)),
    sent: sentBy(decisions),
  };
}

/** What is sent to each provider, with that department's grants for it. */
function sentBy(decisions: readonly Judged[]): SentItems[] {
  const bySubgraph = new Map<string, Judged[]>();
  for (const one of decisions) {
    const subgraph = one.recipient?.subgraph;
    if (subgraph !== undefined) bySubgraph.set(subgraph, [...(bySubgraph.get(subgraph) ?? []), one]);
  }
  return [...bySubgraph].flatMap(([subgraph, all]): SentItems[] => {
    const coordinates = new Set(all.filter((one) => one.isSent).map((one) => one.coordinate));
    const department = all[0]?.recipient?.department.code;
    const grants = grantsOf(all);
    if (coordinates.size === 0 || department === undefined) return [];
    return [{ subgraph, department, coordinates: [...coordinates], ...(grants.length > 0 && { grants }) }];
  });
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
    sent: more.sent.length > 0 ? joinSent(base.sent, more.sent) : base.sent,
  };
}

function joinSent(base: readonly SentItems[], more: readonly SentItems[]): SentItems[] {
  const joined = base.map((one) => {
    const same = more.find(({ subgraph }) => subgraph === one.subgraph);
    const grants = [...new Set([...(one.grants ?? []), ...(same?.grants ?? [])])];
    const coordinates = [...new Set([...one.coordinates, ...(same?.coordinates ?? [])])];
    return same ? { ...one, coordinates, ...(grants.length > 0 && { grants }) } : one;
  });
  return [...joined, ...more.filter((one) => !base.some(({ subgraph }) => subgraph === one.subgraph))];
}
