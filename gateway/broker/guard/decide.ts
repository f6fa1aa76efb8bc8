import { type GraphQLNamedType, isAbstractType, isLeafType } from 'graphql';
import { subjectField } from '../../policy/index.ts';
import type { SharingRule } from '../../registry/index.ts';
import type { Action, GrantId, MaskRule } from '../../words.ts';
import type { Denial } from '../shape/decisions.ts';
import { codeOf, denialOf } from './denial.ts';
import type { Judge, Judged, Recipient, Verdict } from './judge.ts';
import { decideReception, denialOfSending } from './received.ts';
import { type RowScope, scopeOf } from './scope.ts';

const NO_MASKS: ReadonlyMap<string, MaskRule> = new Map();
const NO_SCOPES: ReadonlyMap<string, readonly RowScope[]> = new Map();

function refusal(denied: Denial | null, decisions: readonly Judged[]): Verdict {
  return { denied, masks: NO_MASKS, scopes: NO_SCOPES, decisions };
}

/**
 * Decides on a field. Through an interface it is as strict as its strictest implementation, and a computed
 * field needs, in clear, everything that it is computed from (Measures Art. 14: "in altered form"). A mask works on
 * values: an object that may only be seen masked cannot be shown.
 */
export function decideField(
  judge: Judge,
  parent: GraphQLNamedType,
  field: string,
  type: GraphQLNamedType,
  action: Action = 'disclose',
): Verdict {
  const owners = [parent, ...(isAbstractType(parent) ? judge.schema.getPossibleTypes(parent) : [])];
  const decisions: Judged[] = [];
  const masks = new Map<string, MaskRule>();
  const scopes = new Map<string, readonly RowScope[]>();
  let shared: MaskRule | null = null;
  for (const owner of owners) {
    const rule = judge.index.rule(`${owner.name}.${field}`);
    const decision = judge.entitlement.decide(rule, action);
    decisions.push({ coordinate: rule.coordinate, decision, ...(action === 'verify' && { action }) });
    if (decision.effect === 'DENY') return refusal(denialOf(judge, rule, decision.code), decisions);
    const own: RowScope[] = [];
    const computed = decideSources(judge, rule, decisions, owner, own);
    if (computed) return refusal(computed, decisions);
    if (decision.effect === 'SCOPE') {
      const denial = denialOf(judge, rule, 'OUT_OF_SCOPE');
      const scope = scopeOf(judge, rule.coordinate, decision.alternatives, type, denial);
      if (!scope) return refusal(denial, decisions);
      own.push(scope);
    }
    if (own.length > 0) scopes.set(owner.name, own);
    if (decision.effect !== 'MASK') continue;
    if (!isLeafType(type)) return refusal(denialOf(judge, rule, 'PURPOSE_NOT_ALLOWED'), decisions);
    if (owner === parent) shared = decision.mask;
    masks.set(owner.name, decision.mask);
  }
  for (const owner of owners) {
    if (shared && masks.get(owner.name) !== shared)
      masks.set(owner.name, masks.has(owner.name) ? 'REDACT' : shared);
  }
  return { denied: null, masks, scopes, decisions };
}

/**
 * Decides on what is tested rather than shown: an argument, an input field or an enum value. A mask denies; and so does a
 * scope, as a filter tests records of which nobody knows yet whether they are within it. `recipients` are sent the value.
 */
export function decideInput(
  judge: Judge,
  coordinate: string,
  recipients: () => readonly Recipient[] = () => [],
): Verdict {
  const rule = judge.index.rule(coordinate);
  const decision = judge.entitlement.decide(rule);
  const decisions: Judged[] = [{ coordinate: rule.coordinate, decision }];
  const all = [rule, ...(rule.alsoTests ?? [])];
  if (decision.effect !== 'ALLOW') {
    const refused = rule.alsoTests?.find((one) => judge.entitlement.decide(one) === decision) ?? rule;
    return refusal(denialOf(judge, refused, codeOf(decision)), decisions);
  }
  for (const one of all) {
    const denied = decideSources(judge, one, decisions, null, []);
    if (denied) return refusal(denied, decisions);
  }
  for (const { tests } of all) {
    if (tests === undefined) continue;
    for (const recipient of recipients()) {
      const reception = decideReception(judge, recipient, tests, true);
      decisions.push(...reception.decisions);
      if (reception.refused) return refusal(denialOfSending(judge, reception.refused, coordinate), decisions);
    }
  }
  return refusal(null, decisions);
}

/** Sources that are scoped and stand on the same object leave their scope in `scopes`; all others must be free of one. */
function decideSources(
  judge: Judge,
  rule: SharingRule,
  decisions: Judged[],
  owner: GraphQLNamedType | null,
  scopes: RowScope[],
): Denial | null {
  for (const source of rule.requires) {
    const needed = judge.index.rule(source);
    const decision = judge.entitlement.decide(needed);
    decisions.push({ coordinate: needed.coordinate, decision });
    if (decision.effect === 'ALLOW') continue;
    const denial = denialOf(judge, needed, codeOf(decision), rule.coordinate);
    const isHere = owner !== null && rule.requiresHere?.includes(source) === true;
    if (decision.effect !== 'SCOPE' || !isHere || !source.startsWith(`${owner.name}.`)) return denial;
    const scope = scopeOf(judge, source, decision.alternatives, null, denial);
    if (!scope) return denial;
    scopes.push(scope);
  }
  return null;
}

const NO_SUBJECT = '该记录未标明数据主体，不能核对。 Its records name no subject, so it cannot be checked.';

/** Decides whether a value may be checked: of every type that may carry it, and only where it is known whom it is about. */
export function decideCheck(judge: Judge, parent: GraphQLNamedType, field: string, type: GraphQLNamedType) {
  const verdict = decideField(judge, parent, field, type, 'verify');
  const owners = isAbstractType(parent) ? judge.schema.getPossibleTypes(parent) : [parent];
  const subjects = new Map<string, string>();
  for (const { name } of owners) {
    const subject = subjectField(judge.schema, judge.index, `${name}.${field}`);
    if (subject !== null) subjects.set(name, subject);
    else if (!verdict.denied) {
      const denial = denialOf(judge, judge.index.rule(`${name}.${field}`), 'PURPOSE_NOT_ALLOWED');
      const denied = { ...denial, details: { ...denial.details, hint: NO_SUBJECT } };
      return { verdict: refusal(denied, verdict.decisions), subjects };
    }
  }
  return { verdict, subjects };
}

/** The grants that let something pass, without repetition. */
export function grantsOf(decisions: readonly Judged[]): GrantId[] {
  const grants = decisions.flatMap(({ decision }) => (decision.effect === 'DENY' ? [] : decision.grants));
  return [...new Set(grants)];
}
