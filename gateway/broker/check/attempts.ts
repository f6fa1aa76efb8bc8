import type { Failure } from '../../errors.ts';
import type { Principal } from '../../words.ts';
import { endOfDay } from '../day.ts';
import type { AttemptLimits, Check, Verified } from '../findings.ts';
import type { BrokerParts } from '../parts.ts';
import { matches } from './match.ts';

const ATTEMPTS: AttemptLimits = { perSubject: 5, perDepartment: 5_000 };

interface Settled {
  readonly verified: readonly Verified[];
  readonly failures: readonly Failure[];
}

/** Counts each attempt before its outcome is told, whatever it is. What cannot be counted is not told. */
export async function settleChecks(
  parts: BrokerParts,
  principal: Principal,
  checks: readonly Check[],
): Promise<Settled> {
  const verified: Verified[] = [];
  const failures: Failure[] = [];
  for (const check of checks) {
    const failure = await refusalOf(parts, principal, check);
    if (failure) failures.push(failure);
    const isTold = !failure && check.value !== null;
    verified.push({
      path: check.path,
      matches: isTold && check.value !== null ? matches(check.held, check.value) : null,
    });
  }
  return { verified, failures };
}

async function refusalOf(parts: BrokerParts, principal: Principal, check: Check): Promise<Failure | null> {
  const { path, coordinate, subject } = check;
  if (typeof subject !== 'string' && typeof subject !== 'number') {
    const provider = parts.publication.index.rule(coordinate).provider.name;
    return { code: 'PROVIDER_UNAVAILABLE', details: { coordinate, provider }, path };
  }
  const { perSubject, perDepartment } = parts.attempts ?? ATTEMPTS;
  const now = parts.now();
  const endsAt = endOfDay(now);
  const take = async (key: string, limit: number): Promise<Failure | null> => {
    const taken = await parts.counters?.takeUntil(`verify:${key}`, limit, endsAt, 'REFUSE');
    if (taken?.allowed) return null;
    const retryAfter = Math.max(1, Math.ceil((taken?.retryAfterMs ?? endsAt - now) / 1_000));
    return {
      code: 'QUOTA_EXCEEDED',
      details: { limit: `@verify ${limit}/day`, retryAfter, coordinate },
      path,
    };
  };
  const { department } = principal;
  const hash = parts.hashes.subject(String(subject));
  return (await take(`${department}:${coordinate}:${hash}`, perSubject)) ?? take(department, perDepartment);
}
