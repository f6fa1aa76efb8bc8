import type { Failure } from '../errors.ts';
import type { GrantId, Principal } from '../words.ts';
import { endOfDay } from './day.ts';
import { type Decided, decide } from './decide.ts';
import type { BrokerParts } from './parts.ts';
import type { PreparedOperation } from './prepare.ts';

type Allowed = Extract<Decided, { ok: true }>;

/** Is there a grant among those that a request needs of which answers are counted? */
export function drawsOnQuota({ entitlement, about }: Allowed): boolean {
  const { quotas } = entitlement;
  if (!quotas || quotas.size === 0) return false;
  return about.judgement?.grants.some((one) => quotas.has(one)) ?? false;
}

/**
 * Counts one answer on every grant that a request needs and that has a quota. What a used-up grant gave is then denied,
 * or comes by another grant; the rest passes. An answer counts whether or not the record was found or in scope: it has told
 * that, too. Without a counter such a grant gives nothing.
 */
export async function withinQuotas(
  parts: BrokerParts,
  operation: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  principal: Principal,
  first: Allowed,
): Promise<Decided> {
  const counted = new Set<GrantId>();
  const exhausted = new Set<GrantId>();
  let decided: Decided = first;
  while (decided.ok) {
    const spent = await countOn(parts, decided, counted);
    if (spent.length === 0) return decided;
    for (const one of spent) exhausted.add(one);
    decided = await decide(parts, operation, variables, principal, exhausted);
  }
  return decided;
}

/** Counts one answer on each grant with a quota that is not in `counted` yet; the grants that are used up. */
export async function countOn(
  parts: BrokerParts,
  { entitlement, about }: Allowed,
  counted: Set<GrantId> = new Set(),
): Promise<GrantId[]> {
  const endsAt = endOfDay(parts.now());
  const spent: GrantId[] = [];
  for (const grant of about.judgement?.grants ?? []) {
    const limit = entitlement.quotas?.get(grant);
    if (limit === undefined || counted.has(grant)) continue;
    const taken = await parts.counters?.takeUntil(`quota:${grant}`, limit, endsAt, 'COUNT_ALONE');
    if (taken?.allowed) counted.add(grant);
    else spent.push(grant);
  }
  return spent;
}

/** `QUOTA_EXCEEDED` of a grant says when the next day begins. */
export function withRetryAfter(failures: readonly Failure[], now: number): readonly Failure[] {
  if (!failures.some((one) => one.code === 'QUOTA_EXCEEDED')) return failures;
  const retryAfter = Math.ceil((endOfDay(now) - now) / 1_000);
  return failures.map((one) =>
    one.code === 'QUOTA_EXCEEDED' ? { ...one, details: { retryAfter, ...one.details } } : one,
  );
}
