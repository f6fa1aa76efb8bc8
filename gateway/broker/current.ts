import type { Failure } from '../errors.ts';
import type { Principal } from '../words.ts';
import { type Decided, decide } from './decide.ts';
import type { Answer, BrokerParts } from './parts.ts';
import type { PreparedOperation } from './prepare.ts';
import { execute, noted, recorded } from './record.ts';

type Allowed = Extract<Decided, { ok: true }>;

/**
 * The answer of a decided request, by the rights that stand when it is given. Where they have changed while providers were
 * asked (a grant revoked, expired, begun), nothing of what was fetched is shown: that is on record, and the request is
 * decided on and fetched again. A mutation has been done under the rights that it was sent with, and is answered so.
 */
export async function answerCurrent(
  parts: BrokerParts,
  operation: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  principal: Principal,
  first: Allowed,
): Promise<Answer> {
  const idempotent = operation.admitted.kind === 'query';
  let decided: Decided = first;
  while (decided.ok) {
    const executed = await execute(parts, decided, { idempotent });
    if (!idempotent || !isOutdated(parts, principal, decided))
      return recorded(parts, decided.about, executed);
    const left = await noted(parts, decided.about, [CHANGED], executed.id);
    if (left.failures[0]?.code === 'LEDGER_UNAVAILABLE') return left;
    decided = await decide(parts, operation, variables, principal, decided.exhausted);
  }
  return noted(parts, decided.about, decided.failures);
}

/** For the record only: what was fetched under rights that have ended is given to nobody. */
const CHANGED: Failure = { code: 'GRANT_EXPIRED', details: {} };

function isOutdated(
  parts: BrokerParts,
  principal: Principal,
  { about, entitlement, exhausted }: Allowed,
): boolean {
  if (!about.purpose) return false;
  return parts.policy.entitle(principal, about.purpose.use, exhausted).key !== entitlement.key;
}
