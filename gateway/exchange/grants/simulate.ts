import type { Entitlement, Grant, Policy } from '../../policy/index.ts';
import type { Queryable } from '../../store/index.ts';
import type { DepartmentCode, Principal, Use, Zone } from '../../words.ts';
import { type Approval, readTerms } from '../applications/answer.ts';
import type { DraftParts } from '../applications/draft.ts';
import { isLeafItem } from '../applications/items.ts';
import type { Part } from '../applications/part.ts';
import { badInput } from '../refused.ts';
import { type AskedKind, askedSince } from './asked.ts';
import { policyGrant } from './policy-grant.ts';

export interface SimulationParts extends DraftParts {
  readonly zone: Zone;
  readonly database: Queryable;
  /** Policy as it is, with one grant more. */
  policyWith(grant: Grant): Pick<Policy, 'entitle'>;
}

export interface Simulation {
  readonly since: Date;
  readonly queries: number;
  readonly passedThen: number;
  readonly wouldPass: number;
  readonly kinds: readonly SimulatedKind[];
}

interface SimulatedKind {
  readonly operation: string;
  readonly operationName: string | null;
  readonly use: Use;
  readonly queries: number;
  readonly lastAt: Date;
  readonly passedThen: boolean;
  readonly wouldPass: boolean;
  readonly stillDenied: readonly { readonly coordinate: string; readonly code: string }[];
  readonly unknownBelow: readonly string[];
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 31;

/**
 * What an approval would change, before it is signed: the applicant's queries of the last days that asked for its items, decided again by the
 * policy in force with the grant added. A scope is not simulated: the ledger keeps no values. Whoever is not the applicant is shown the
 * items of the part's provider alone: what was asked of others along with them is no business of theirs.
 */
export async function simulate(
  parts: SimulationParts,
  part: Part,
  terms: Approval['terms'],
  days: number,
  viewer: string,
): Promise<Simulation> {
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) throw badInput(`days: 1–${MOST_DAYS}`);
  const since = parts.now() - days * DAY_MS;
  const proposed = readTerms(parts, part, terms);
  const grant = policyGrant({
    ...proposed,
    id: 'proposed',
    holder: part.applicant,
    coordinates: proposed.items,
    // Valid now, whenever it shall begin: what would pass under it is the question.
    validFrom: new Date(Math.min(proposed.validFrom, parts.now())),
    validUntil: new Date(proposed.validUntil),
  });
  const principal: Principal = {
    department: part.applicant as DepartmentCode,
    departmentName: part.applicant,
    roles: ['CONSUMER'],
    operator: 'simulation',
    zone: parts.zone,
  };
  const all = await askedSince(parts.database, part.applicant, since);
  const asked = viewer === part.applicant ? all : askedOf(parts, all, part.provider);
  const touching = asked.filter(({ decisions }) =>
    decisions.some(({ coordinate }) => {
      const rule = parts.index().rule(coordinate);
      return [rule, ...(rule.alsoTests ?? [])].some((one) =>
        proposed.items.includes(one.tests ?? one.coordinate),
      );
    }),
  );
  const policy = parts.policyWith(grant);
  const kinds = touching.map((kind) => simulateKind(parts, kind, policy.entitle(principal, kind.use)));
  const count = (of: readonly SimulatedKind[]): number => of.reduce((sum, { queries }) => sum + queries, 0);
  return {
    since: new Date(since),
    queries: count(kinds),
    passedThen: count(kinds.filter((one) => one.passedThen)),
    wouldPass: count(kinds.filter((one) => one.wouldPass)),
    kinds,
  };
}

/** What was asked of one provider. Kinds that differ only in what others were asked are one. */
function askedOf(
  { index }: Pick<SimulationParts, 'index'>,
  kinds: readonly AskedKind[],
  provider: string,
): AskedKind[] {
  const byKind = new Map<string, AskedKind>();
  for (const { queries, lastAt, ...kind } of kinds) {
    const decisions = kind.decisions
      .filter(({ coordinate }) => index().rule(coordinate).provider.code === provider)
      .map(({ coordinate, effect }) => ({ coordinate, effect }));
    const { operation, operationName, use } = kind;
    const key = JSON.stringify([operation, operationName, use, decisions]);
    const same = byKind.get(key);
    byKind.set(key, {
      ...kind,
      decisions,
      queries: queries + (same?.queries ?? 0),
      lastAt: Math.max(lastAt, same?.lastAt ?? 0),
    });
  }
  return [...byKind.values()];
}

function simulateKind(parts: SimulationParts, kind: AskedKind, entitlement: Entitlement): SimulatedKind {
  const { decisions, lastAt, ...same } = kind;
  const stillDenied = decisions.flatMap(({ coordinate }) => {
    const decision = entitlement.decide(parts.index().rule(coordinate));
    return decision.effect === 'DENY' ? [{ coordinate, code: decision.code }] : [];
  });
  const denied = (coordinate: string): boolean => stillDenied.some((one) => one.coordinate === coordinate);
  return {
    ...same,
    lastAt: new Date(lastAt),
    passedThen: decisions.every(({ effect }) => effect !== 'DENY'),
    wouldPass: stillDenied.length === 0,
    stillDenied,
    unknownBelow: decisions
      .filter(({ coordinate, effect }) => effect === 'DENY' && !denied(coordinate))
      .map(({ coordinate }) => coordinate)
      .filter((coordinate) => isField(coordinate) && !isLeafItem(parts, coordinate)),
  };
}

function isField(coordinate: string): boolean {
  return /^\w+\.\w+$/.test(coordinate);
}
