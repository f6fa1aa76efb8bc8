import type { Failure } from '../errors.ts';
import type { GrantId, Principal } from '../words.ts';
import { endOfDay } from './day.ts';
import { type Decided, decide } from './decide.ts';
import { countRecords, type GrantedField, grantedFields } from './granted-fields.ts';
import type { BrokerParts } from './parts.ts';
import type { PreparedOperation, Program } from './prepare.ts';
import type { Executed } from './record.ts';

type Allowed = Extract<Decided, { ok: true }>;

/** Is there a grant among those that a request needs of which records are counted? */
export function drawsOnQuota(decided: Allowed): boolean {
  const { quotas } = decided.entitlement;
  if ((!quotas || quotas.size === 0) && decided.program.quotas.size === 0) return false;
  return countedGrants(decided).length > 0;
}

/** One request's account with the quotas of the grants that it needs. */
export interface QuotaAccount {
  /**
   * Takes one on every grant of the request, before a provider is asked: an answer counts as one whether or not the record was found or in
   * scope, as it has told that. What a used-up grant gave is then denied, or comes by another grant; the rest passes.
   */
  reserve(decided: Decided): Promise<Decided>;
  /**
   * Takes what else an answer gives, before it leaves: by each grant, as many as there are records in it that carry its items. Gives the
   * grants of which so many are not left: nothing of theirs may leave, and nothing but the one that was reserved is counted.
   */
  settle(decided: Allowed, executed: Pick<Executed, 'data' | 'failures'>): Promise<readonly GrantId[]>;
  /** The request decided again, without grants that are used up. */
  without(spent: readonly GrantId[]): Promise<Decided>;
}

/** Without a counter a grant with a quota gives nothing. */
export function openAccount(
  parts: BrokerParts,
  operation: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  principal: Principal,
): QuotaAccount {
  const reserved = new Set<GrantId>();
  const exhausted = new Set<GrantId>();
  const endsAt = endOfDay(parts.now());
  const take = async (grant: GrantId, limit: number, count: number): Promise<boolean> => {
    const taken = await parts.counters?.takeUntil(keyOf(grant), limit, endsAt, 'COUNT_ALONE', count);
    return taken?.allowed ?? false;
  };
  const without: QuotaAccount['without'] = async (spent) => {
    for (const one of spent) exhausted.add(one);
    return decide(parts, operation, variables, principal, exhausted);
  };
  return {
    without,
    async reserve(first) {
      let decided = first;
      while (decided.ok) {
        const spent: GrantId[] = [];
        for (const [grant, limit] of countedGrants(decided)) {
          if (reserved.has(grant)) continue;
          if (await take(grant, limit, 1)) reserved.add(grant);
          else spent.push(grant);
        }
        if (spent.length === 0) return decided;
        decided = await without(spent);
      }
      return decided;
    },
    async settle(decided, executed) {
      const records = recordsOf(parts, operation, decided, executed);
      const taken = new Map<GrantId, number>();
      const spent: GrantId[] = [];
      for (const [grant, limit] of countedGrants(decided)) {
        const more = (records.get(grant) ?? 1) - 1;
        if (more <= 0) continue;
        if (await take(grant, limit, more)) taken.set(grant, more);
        else spent.push(grant);
      }
      if (spent.length > 0)
        for (const [grant, more] of taken) await parts.counters?.giveBackUntil(keyOf(grant), endsAt, more);
      return spent;
    },
  };
}

function keyOf(grant: GrantId): string {
  return `quota:${grant}`;
}

/** The consumer's grants, and those by which providers are sent what they need. */
function countedGrants({ entitlement, program, about }: Allowed): (readonly [GrantId, number])[] {
  const { grants = [], sent = [] } = about.judgement ?? {};
  return [...grants, ...sent.flatMap((one) => one.grants ?? [])].flatMap((grant) => {
    const limit = entitlement.quotas?.get(grant) ?? program.quotas.get(grant);
    return limit === undefined ? [] : [[grant, limit] as const];
  });
}

/** A program is one entitlement's: where its grants stand is found once. */
const FIELDS = new WeakMap<Program, readonly GrantedField[]>();

function recordsOf(
  { publication: { schema, index } }: BrokerParts,
  { admitted }: PreparedOperation,
  { program, entitlement }: Allowed,
  { data, failures }: Pick<Executed, 'data' | 'failures'>,
): ReadonlyMap<GrantId, number> {
  const fields = FIELDS.get(program) ?? grantedFields({ schema, index, entitlement }, admitted);
  FIELDS.set(program, fields);
  const failed = failures.flatMap(({ path }) => (path ? [path] : []));
  return countRecords(fields, JSON.parse(data.toString('utf8')), failed);
}

/** `QUOTA_EXCEEDED` of a grant says when the next day begins. */
export function withRetryAfter(failures: readonly Failure[], now: number): readonly Failure[] {
  if (!failures.some((one) => one.code === 'QUOTA_EXCEEDED')) return failures;
  const retryAfter = Math.ceil((endOfDay(now) - now) / 1_000);
  return failures.map((one) =>
    one.code === 'QUOTA_EXCEEDED' ? { ...one, details: { retryAfter, ...one.details } } : one,
  );
}

/** An answer, or a part of one, that would give more records than the day's quota has left. */
export const QUOTA: Failure = {
  code: 'QUOTA_EXCEEDED',
  details: { limit: '授权的每日限额 the quota per day of the grant' },
};
