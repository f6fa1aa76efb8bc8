import { createHash } from 'node:crypto';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { SharingRule } from '../registry/index.ts';
import type { Decision, DenialCode, DepartmentCode, Principal, Use, Zone } from '../words.ts';
import { grantToCedar } from './grants/cedar.ts';
import { covers, type Grant, type GrantSource, isInForce } from './grants/grant.ts';
import { describe, type PolicyTexts, readPolicies } from './policies.ts';

/** What a department is entitled to for one use, until `validUntil`. Equal keys decide alike. */
export interface Entitlement {
  readonly key: string;
  readonly validUntil: number;
  decide(rule: SharingRule): Decision;
}

export interface Policy {
  readonly revision: string;
  entitle(principal: Principal, use: Use): Entitlement;
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
    entitle(principal, use) {
      const key = `${principal.department} ${principal.zone} ${use}`;
      const kept = entitlements.get(key);
      const now = options.now();
      if (kept && kept.generation === generation && now < kept.entitlement.validUntil)
        return kept.entitlement;
      const own = options.grants
        .current()
        .filter((one) => one.department === principal.department && isPlain(one));
      const entitlement = createEntitlement({
        texts,
        revision,
        zone: options.zone,
        principal,
        use,
        grants: own,
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

/** A limit that is not enforced yet must not be passed over: such a grant does not hold. */
function isPlain(grant: Grant): boolean {
  return grant.scope.length === 0 && grant.masks.size === 0 && grant.quotaPerDay === null;
}

interface Basis {
  readonly texts: PolicyTexts;
  readonly revision: string;
  readonly zone: Zone;
  readonly principal: Principal;
  readonly use: Use;
  readonly grants: readonly Grant[];
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
  ]);
  const state = JSON.stringify([basis.revision, principal.zone, use, held]);
  const byRule = new WeakMap<SharingRule, Decision>();
  const byKind = new Map<string, Decision>();
  return {
    key: createHash('sha256').update(state).digest('base64url').slice(0, 22),
    validUntil: Math.min(Number.POSITIVE_INFINITY, ...boundaries),
    decide(rule) {
      const known = byRule.get(rule);
      if (known) return known;
      // Coordinates with the same rules and no grants of their own are decided alike: ask Cedar once.
      const kind = kindOf(basis, rule);
      const decision = byKind.get(kind) ?? decide(basis, rule);
      byKind.set(kind, decision);
      byRule.set(rule, decision);
      return decision;
    },
  };
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
function decide(basis: Basis, rule: SharingRule): Decision {
  const item = rule.tests ?? rule.coordinate;
  const covering = basis.grants.filter((one) => covers(one, item));
  const granted = covering.map((one) => grantToCedar(one, [item]));
  const answer = cedar.isAuthorized({
    principal: { type: 'Department', id: basis.principal.department },
    action: { type: 'Action', id: 'disclose' },
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
    : refused(basis, diagnostics.reason, covering);
}

function allowed(
  basis: Basis,
  rule: SharingRule,
  reason: readonly string[],
  covering: readonly Grant[],
): Decision {
  const policies = [...reason].sort();
  const grants = covering
    .filter((one) => policies.some((id) => id.startsWith(`grant:${one.id}`)))
    .map((one) => one.id);
  const mustMask = policies.every(
    (id) => id.endsWith(':masked') || basis.texts.notes.get(id)?.obligation === 'mask',
  );
  if (!mustMask) return { effect: 'ALLOW', policies, grants };
  // INVARIANT: a policy obliges to mask only where the rule has a mask; should it have none, nothing is shown.
  return { effect: 'MASK', mask: rule.masks.get(basis.use) ?? 'REDACT', policies, grants };
}

/** Most useful reason first: what no grant could change comes before what one could. */
const ORDER: readonly DenialCode[] = ['ZONE_MISMATCH', 'WITHHELD', 'PURPOSE_NOT_ALLOWED'];

function refused(basis: Basis, reason: readonly string[], covering: readonly Grant[]): Decision {
  const policies = [...reason].sort();
  const codes = policies.map((id) => basis.texts.notes.get(id)?.code);
  const code = ORDER.find((one) => codes.includes(one));
  if (code) return denied(code, policies);
  const hasEnded = covering.some((one) => one.uses.includes(basis.use) && one.validUntil <= basis.now);
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
