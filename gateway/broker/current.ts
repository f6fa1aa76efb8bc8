import type { Failure } from '../errors.ts';
import type { Principal } from '../words.ts';
import { type Decided, decide, isOutdated } from './decide.ts';
import type { Answer, BrokerParts } from './parts.ts';
import type { PreparedOperation } from './prepare.ts';
import { QUOTA, type QuotaAccount } from './quotas.ts';
import { execute, noted, recorded } from './record.ts';

/**
 * The answer of a decided request, by the rights that stand when it is given. Where they have changed while providers were
 * asked (a grant revoked, expired, begun), nothing of what was fetched is shown: that is on record, and the request is
 * decided on and fetched again. A mutation has been done under the rights that it was sent with, and is answered so.
 *
 * So too where it would give more records than a grant's quota of the day has left (`quota`): what that grant gave is denied, and the rest
 * is fetched again; of a mutation nothing is answered.
 */
export async function answerCurrent(
  parts: BrokerParts,
  operation: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  principal: Principal,
  first: Decided,
  quota: QuotaAccount | null = null,
): Promise<Answer> {
  const idempotent = operation.admitted.kind === 'query';
  let decided = quota ? await quota.reserve(first) : first;
  while (decided.ok) {
    const executed = await execute(parts, decided, { idempotent });
    const isStale = idempotent && isOutdated(parts, principal, decided);
    const spent = (!isStale && (await quota?.settle(decided, executed))) || [];
    if (!isStale && spent.length === 0) return recorded(parts, decided.about, executed);
    const left = await noted(
      parts,
      decided.about,
      [isStale ? CHANGED : QUOTA],
      executed.id,
      executed.providers,
    );
    if (!idempotent || left.failures[0]?.code === 'LEDGER_UNAVAILABLE') return left;
    decided =
      spent.length > 0 && quota
        ? await quota.without(spent)
        : await decide(parts, operation, variables, principal, decided.exhausted);
    if (quota) decided = await quota.reserve(decided);
  }
  return noted(parts, decided.about, decided.failures);
}

/** For the record only: what was fetched under rights that have ended is given to nobody. */
const CHANGED: Failure = { code: 'GRANT_EXPIRED', details: {} };
