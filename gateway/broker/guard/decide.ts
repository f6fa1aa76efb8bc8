import { type GraphQLNamedType, type GraphQLSchema, isAbstractType } from 'graphql';
import type { SharingIndex, SharingRule } from '../../registry/index.ts';
import type { Coordinate, Decision, GrantId, MaskRule, Use } from '../../words.ts';
import type { Denial } from '../shape/decisions.ts';

/** What a department is entitled to, for one use; from `policy`. Equal keys decide alike. */
export interface Entitlement {
  readonly key: string;
  readonly validUntil: number;
  decide(rule: SharingRule): Decision;
}

/** Who decides on behalf of whom, and where a department is sent to apply. */
export interface Judge {
  readonly schema: GraphQLSchema;
  readonly index: SharingIndex;
  readonly entitlement: Entitlement;
  readonly use: Use;
  /** Link under which a grant for a coordinate can be applied for. */
  applyLink(coordinate: string): string;
}

/** What was decided of one element of the operation, with the masks of each object type that it may have. */
export interface Verdict {
  readonly denied: Denial | null;
  readonly masks: ReadonlyMap<string, MaskRule>;
  readonly decisions: readonly Judged[];
}

const NO_MASKS: ReadonlyMap<string, MaskRule> = new Map();

/** One coordinate with its decision, as the ledger records it. */
export interface Judged {
  readonly coordinate: Coordinate;
  readonly decision: Decision;
}

/**
 * Decides on a field. Through an interface it is as strict as its strictest implementation, and a computed
 * field needs, in clear, everything that it is computed from (Measures Art. 14: "in altered form"). A mask works on
 * values: an object that may only be seen masked cannot be shown.
 */
export function decideField(judge: Judge, parent: GraphQLNamedType, field: string, isLeaf: boolean): Verdict {
  const owners = [parent, ...(isAbstractType(parent) ? judge.schema.getPossibleTypes(parent) : [])];
  const decisions: Judged[] = [];
  const masks = new Map<string, MaskRule>();
  let shared: MaskRule | null = null;
  for (const owner of owners) {
    const rule = judge.index.rule(`${owner.name}.${field}`);
    const decision = judge.entitlement.decide(rule);
    decisions.push({ coordinate: rule.coordinate, decision });
    if (decision.effect === 'DENY')
      return { denied: denialOf(judge, rule, decision.code), masks: NO_MASKS, decisions };
    const computed = decideSources(judge, rule, decisions);
    if (computed) return { denied: computed, masks: NO_MASKS, decisions };
    if (decision.effect !== 'MASK') continue;
    if (!isLeaf) return { denied: denialOf(judge, rule, 'PURPOSE_NOT_ALLOWED'), masks: NO_MASKS, decisions };
    if (owner === parent) shared = decision.mask;
    masks.set(owner.name, decision.mask);
  }
  for (const owner of owners) {
    if (shared && masks.get(owner.name) !== shared)
      masks.set(owner.name, masks.has(owner.name) ? 'REDACT' : shared);
  }
  return { denied: null, masks, decisions };
}

/** Decides on what is tested rather than shown: an argument, an input field or an enum value. A mask denies. */
export function decideInput(judge: Judge, coordinate: string): Verdict {
  const rule = judge.index.rule(coordinate);
  const decision = judge.entitlement.decide(rule);
  const decisions: Judged[] = [{ coordinate: rule.coordinate, decision }];
  if (decision.effect === 'DENY')
    return { denied: denialOf(judge, rule, decision.code), masks: NO_MASKS, decisions };
  if (decision.effect === 'MASK')
    return { denied: denialOf(judge, rule, 'PURPOSE_NOT_ALLOWED'), masks: NO_MASKS, decisions };
  const computed = decideSources(judge, rule, decisions);
  return { denied: computed, masks: NO_MASKS, decisions };
}

function decideSources(judge: Judge, rule: SharingRule, decisions: Judged[]): Denial | null {
  for (const source of rule.requires) {
    const needed = judge.index.rule(source);
    const decision = judge.entitlement.decide(needed);
    decisions.push({ coordinate: needed.coordinate, decision });
    if (decision.effect === 'ALLOW') continue;
    const code = decision.effect === 'DENY' ? decision.code : 'PURPOSE_NOT_ALLOWED';
    return denialOf(judge, needed, code, rule.coordinate);
  }
  return null;
}

function denialOf(
  judge: Judge,
  rule: SharingRule,
  code: Denial['code'],
  asked: Coordinate = rule.coordinate,
): Denial {
  return {
    code,
    details: {
      coordinate: asked,
      ...(asked !== rule.coordinate && { requires: rule.coordinate }),
      ...(rule.tests !== undefined && { tests: rule.tests }),
      class: rule.class,
      provider: rule.provider.name,
      providerCode: rule.provider.code,
      ...(code === 'WITHHELD' && { basis: rule.basis ?? '未分类 unclassified' }),
      use: judge.use,
      allowed: [...rule.purposes].join(', ') || '—',
      ...(rule.matchOnly.size > 0 && { matchOnly: [...rule.matchOnly].join(', ') }),
      ...(code === 'ZONE_MISMATCH' && { zone: [...rule.zones].join(', ') || '—' }),
      apply: judge.applyLink(rule.tests ?? rule.coordinate),
    },
  };
}

/** The grants that let something pass, without repetition. */
export function grantsOf(decisions: readonly Judged[]): GrantId[] {
  const grants = decisions.flatMap(({ decision }) => (decision.effect === 'DENY' ? [] : decision.grants));
  return [...new Set(grants)];
}
