import { type Grant, grantToCedar } from '../../policy/index.ts';
import type { DepartmentCode, GrantId } from '../../words.ts';
import type { GrantRecord } from './grant.ts';

/** A grant as policy takes it. */
export function policyGrant(
  grant: Omit<GrantRecord, 'part' | 'version' | 'status' | 'grantedAt' | 'provider'>,
): Grant {
  return {
    id: grant.id as GrantId,
    department: grant.holder as DepartmentCode,
    coordinates: grant.coordinates,
    uses: grant.uses,
    scope: grant.scope,
    masks: new Map(Object.entries(grant.masks)),
    quotaPerDay: grant.quotaPerDay,
    validFrom: grant.validFrom.getTime(),
    validUntil: grant.validUntil.getTime(),
    contact: grant.contact,
  };
}

/** A grant of the operator's file as the exchange shows it: it has no application, and is changed in the file. */
export function recordOf(grant: Grant): GrantRecord {
  return {
    id: grant.id,
    version: 1,
    part: null,
    holder: grant.department,
    provider: null,
    coordinates: grant.coordinates,
    uses: grant.uses,
    scope: grant.scope,
    masks: Object.fromEntries(grant.masks),
    quotaPerDay: grant.quotaPerDay,
    contact: grant.contact,
    validFrom: new Date(grant.validFrom),
    validUntil: new Date(grant.validUntil),
    status: 'ACTIVE',
    grantedAt: null,
  };
}

/** The text of the policies that are enforced for a grant. */
export function cedarOf(grant: GrantRecord): string {
  const policies = grantToCedar(policyGrant(grant), grant.coordinates);
  return Object.entries(policies)
    .map(([id, text]) => `@id(${JSON.stringify(id)})\n${text}`)
    .join('\n\n');
}
