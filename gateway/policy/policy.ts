import { createHash } from 'node:crypto';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { SharingRule } from '../registry/index.ts';
import type {
  Action,
  Decision,
  DenialCode,
  DepartmentCode,
  GrantId,
  MaskRule,
  Principal,
  ScopedGrant,
  Use,
  Zone,
} from '../words.ts';
import { grantToCedar } from './grants/cedar.ts';
import { covers, type Grant, type GrantSource, isInForce, maskOf } from './grants/grant.ts';
import { describe, type PolicyTexts, readPolicies } from './policies.ts';

/** What a department is entitled to for one use, until `validUntil`. Equal keys decide alike. */
export interface Entitlement {
  readonly key: string;
  readonly validUntil: number;
  /** How many records a day each grant in force allows; grants without such a limit are not in it. */
  readonly quotas?: ReadonlyMap<GrantId, number>;
  decide(rule: SharingRule, action?: Action): Decision;
}

export interface Policy {
  readonly revision: string;
  /** `exhausted` are grants whose quota of the day is used up: they give nothing more today. */
  entitle(principal: Principal, use: Use, exhausted?: ReadonlySet<GrantId>): Entitlement;
  /** Tells that entitlements may have changed before their time: those asked for from then on are the new ones. */
  onChange(listener: () => void): () => void;
  close(): void;
}

export interface PolicyOptions {
  readonly folder: string;
  readonly grants: GrantSource;
  /** The network that this gateway stands in. */
  readonly zone: Zone;
  readonly now: () => number;
}

/** Decisions by the Cedar policies of a folder and the grants in force. Throws when a policy is not valid. */
export function createPolicy(options: PolicyOptions): Policy {
  const texts = readPolicies(options.folder);
  const revision = createHash('sha256')
    .update(JSON.stringify(texts.policies))
    .digest('base64url')
    .slice(0, 22);
  let generation = 0;
  const entitlements = new Map<string, { readonly generation: number; readonly entitlement: Entitlement }>();
  const listeners = new Set<() => void>();
  const stop = options.grants.onChange(() => {
    generation++;
    entitlements.clear();
    for (const listener of [...listeners]) listener();
  });
  return {
    revision,
    entitle(principal, use, exhausted = NONE) {
      const spent = exhausted.size > 0 ? ` ${[...exhausted].sort().join(' ')}` : '';
      const key = `${principal.department} ${principal.zone} ${use}${spent}`;
      const kept = entitlements.get(key);
      const now = options.now();
      if (kept && kept.generation === generation && now < kept.entitlement.validUntil)
        return kept.entitlement;
      const own = options.grants.current().filter((one) => one.department === principal.department);
      const entitlement = createEntitlement({
        texts,
        revision,
        zone: options.zone,
        principal,
        use,
        grants: own,
        exhausted,
        now,
      });
      entitlements.set(key, { generation, entitlement });
      return entitlement;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: stop,
  };
}

const NONE: ReadonlySet<GrantId> = new Set();

interface Basis {
  readonly texts: PolicyTexts;
  readonly revision: string;
  readonly zone: Zone;
  readonly principal: Principal;
  readonly use: Use;
  readonly grants: readonly Grant[];
  readonly exhausted: ReadonlySet<GrantId>;
  readonly now: number;
}

function createEntitlement(basis: Basis): Entitlement {
  const { grants, now, use, principal } = basis;
  const active = grants.filter((one) => isInForce(one, now));
  const boundaries = grants.flatMap((one) => [one.validFrom, one.validUntil]).filter((at) => at > now);
  // Grants that have ended count too: they make the difference between GRANT_EXPIRED and GRANT_REQUIRED.
  const held = grants.map((one) => [
    one.id,
    one.coordinates,
    one.uses,
    active.includes(one),
    one.validUntil <= now,
    one.scope,
    [...one.masks],
    one.quotaPerDay,
    basis.exhausted.has(one.id),
  ]);
  const state = JSON.stringify([basis.revision, principal.zone, use, held]);
  const decider = (action: Action): ((rule: SharingRule) => Decision) => {
    const byRule = new WeakMap<SharingRule, Decision>();
    const byKind = new Map<string, Decision>();
    const decideOne = (rule: SharingRule): Decision => {
      const known = byRule.get(rule);
      if (known) return known;
      // Coordinates with the same rules and no grants of their own are decided alike: ask Cedar once.
      const kind = kindOf(basis, rule);
      const decision = byKind.get(kind) ?? decide(basis, rule, action);
      byKind.set(kind, decision);
      byRule.set(rule, decision);
      return decision;
    };
    return (rule) =>
      rule.alsoTests ? everyDecision([rule, ...rule.alsoTests].map(decideOne)) : decideOne(rule);
  };
  const by: Record<Action, (rule: SharingRule) => Decision> = {
    disclose: decider('disclose'),
    verify: decider('verify'),
  };
  return {
    key: createHash('sha256').update(state).digest('base64url').slice(0, 22),
    validUntil: Math.min(Number.POSITIVE_INFINITY, ...boundaries),
    quotas: new Map(
      active.flatMap(({ id, quotaPerDay }) => (quotaPerDay === null ? [] : [[id, quotaPerDay] as const])),
    ),
    decide: (rule, action = 'disclose') => by[action](rule),
  };
}

/** What tests several items needs all of them: the first that is not allowed stands, or one allowance by every grant. */
function everyDecision(decisions: readonly Decision[]): Decision {
  const refused = decisions.find((one) => one.effect !== 'ALLOW');
  if (refused) return refused;
  const policies = decisions.flatMap((one) => one.policies);
  const grants = decisions.flatMap((one) => (one.effect === 'ALLOW' ? one.grants : []));
  return { effect: 'ALLOW', policies: [...new Set(policies)], grants: [...new Set(grants)] };
}

function kindOf(basis: Basis, rule: SharingRule): string {
  const item = rule.tests ?? rule.coordinate;
  const isGranted = basis.grants.some((one) => covers(one, item));
  const { class: sharing, classified, purposes, matchOnly, masks, zones } = rule;
  return JSON.stringify([
    isGranted ? item : '',
    sharing,
    classified,
    [...purposes],
    [...matchOnly],
    [...masks],
    [...zones],
  ]);
}

/** One decision. A policy that errs denies: to skip it, as Cedar does, could skip a forbid. */
function decide(basis: Basis, rule: SharingRule, action: Action): Decision {
  const item = rule.tests ?? rule.coordinate;
  const covering = basis.grants.filter((one) => covers(one, item));
  const granted = covering
    .filter((one) => !basis.exhausted.has(one.id))
    .map((one) => grantToCedar(one, [item]));
  const answer = cedar.isAuthorized({
    principal: { type: 'Department', id: basis.principal.department },
    action: { type: 'Action', id: action },
    resource: { type: 'Coordinate', id: item },
    context: { use: basis.use, zone: basis.zone, now: basis.now },
    schema: basis.texts.schema,
    validateRequest: true,
    policies: { staticPolicies: Object.assign({}, basis.texts.policies, ...granted) },
    entities: [
      departmentEntity(basis.principal.department, basis.principal.zone),
      coordinateEntity(rule, item),
    ],
  });
  if (answer.type === 'failure') return denied('WITHHELD', [`error: ${describe(answer.errors)}`]);
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) {
    return denied(
      'WITHHELD',
      diagnostics.errors.map(({ policyId, error }) => `error: ${policyId}: ${error.message}`),
    );
  }
  return decision === 'allow'
    ? allowed(basis, rule, diagnostics.reason, covering)
    : refused(basis, action, item, diagnostics.reason, covering);
}

function allowed(
  basis: Basis,
  rule: SharingRule,
  reason: readonly string[],
  covering: readonly Grant[],
): Decision {
  const policies = [...reason].sort();
  // INVARIANT: a policy obliges to mask only where the rule has a mask; should it have none, nothing is shown.
  const ruled = rule.masks.get(basis.use) ?? 'REDACT';
  const house = policies.filter((id) => !id.startsWith('grant:'));
  if (house.some((id) => basis.texts.notes.get(id)?.obligation !== 'mask'))
    return { effect: 'ALLOW', policies, grants: [] };
  if (house.length > 0) return { effect: 'MASK', mask: ruled, policies, grants: [] };
  return byGrants(
    policies,
    covering.flatMap((grant): ByGrant[] => {
      const { id, scope, quotaPerDay } = grant;
      const own = maskOf(grant, rule.tests ?? rule.coordinate);
      const mask = own && rule.masks.has(basis.use) && own !== ruled ? 'REDACT' : own;
      if (policies.includes(`grant:${id}`)) return [{ grant: id, scope, mask: null, quotaPerDay }];
      if (policies.includes(`grant:${id}:masked`)) return [{ grant: id, scope, mask: ruled, quotaPerDay }];
      return mask && policies.includes(`grant:${id}:mask:${own}`)
        ? [{ grant: id, scope, mask, quotaPerDay }]
        : [];
    }),
  );
}

interface ByGrant extends ScopedGrant {
  readonly quotaPerDay: number | null;
}

/** What several grants come to together. A quota is drawn on only where no other grant gives as much without. */
function byGrants(policies: readonly string[], all: readonly ByGrant[]): Decision {
  const whole = all.filter((one) => one.scope.length === 0);
  const clear = whole.filter((one) => one.mask === null);
  if (clear.length > 0) return { effect: 'ALLOW', policies, grants: sparing(clear) };
  const [first] = all;
  if (!first) return denied('WITHHELD', ['error: no grant stands behind the policies that allowed']);
  if (whole.length === all.length) {
    const mask: MaskRule = all.every((one) => one.mask === first.mask) ? (first.mask ?? 'REDACT') : 'REDACT';
    return { effect: 'MASK', mask, policies, grants: sparing(all) };
  }
  const alternatives = all.map(({ grant, scope, mask }) => ({ grant, scope, mask }));
  return { effect: 'SCOPE', alternatives, policies, grants: all.map((one) => one.grant) };
}

/** The grants that need no quota, else the first: one answer is not counted twice. */
function sparing(all: readonly ByGrant[]): GrantId[] {
  const free = all.filter((one) => one.quotaPerDay === null);
  return (free.length > 0 ? free : all.slice(0, 1)).map((one) => one.grant);
}

/** Most useful reason first: what no grant could change comes before what one could. */
const ORDER: readonly DenialCode[] = ['ZONE_MISMATCH', 'WITHHELD', 'PURPOSE_NOT_ALLOWED'];

function refused(
  basis: Basis,
  action: Action,
  item: string,
  reason: readonly string[],
  covering: readonly Grant[],
): Decision {
  const policies = [...reason].sort();
  const codes = policies.map((id) => basis.texts.notes.get(id)?.code);
  const code = ORDER.find((one) => codes.includes(one));
  if (code) return denied(code, policies);
  const forUse = covering.filter((one) => one.uses.includes(basis.use));
  const inForce = forUse.filter((one) => isInForce(one, basis.now));
  if (inForce.some((one) => basis.exhausted.has(one.id))) return denied('QUOTA_EXCEEDED', ['quota']);
  // What a grant gives only masked is not confirmed in full either.
  if (action === 'verify' && inForce.some((one) => maskOf(one, item) !== null))
    return denied('PURPOSE_NOT_ALLOWED', ['masked-not-checked']);
  const hasEnded = forUse.some((one) => one.validUntil <= basis.now);
  return denied(hasEnded ? 'GRANT_EXPIRED' : 'GRANT_REQUIRED', ['default-deny']);
}

function denied(code: DenialCode, policies: readonly string[]): Decision {
  return { effect: 'DENY', code, policies };
}

function departmentEntity(department: DepartmentCode, zone: Zone): cedar.EntityJson {
  return { uid: { type: 'Department', id: department }, attrs: { zone }, parents: [] };
}

function coordinateEntity(rule: SharingRule, item: string): cedar.EntityJson {
  return {
    uid: { type: 'Coordinate', id: item },
    attrs: {
      class: rule.class,
      classified: rule.classified,
      purposes: [...rule.purposes],
      matchOnly: [...rule.matchOnly],
      masked: [...rule.masks.keys()],
      zones: [...rule.zones],
    },
    parents: [],
  };
}
