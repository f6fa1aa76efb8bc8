import type { SharingRule } from '../../registry/index.ts';
import type { Coordinate, Decision } from '../../words.ts';
import type { Denial } from '../shape/decisions.ts';
import type { Judge } from './judge.ts';

/** Why what is needed in clear, and of every record, is not there. */
export function codeOf(decision: Exclude<Decision, { effect: 'ALLOW' }>): Denial['code'] {
  if (decision.effect === 'DENY') return decision.code;
  return decision.effect === 'SCOPE' ? 'OUT_OF_SCOPE' : 'PURPOSE_NOT_ALLOWED';
}

const CHECK_INSTEAD =
  '只可核对：请在字段上写 @verify(equals: …)。 It may only be checked: write @verify(equals: …) on it.';

/** What a consumer is told of it: `asked` where it was asked for, which may need another item. */
export function denialOf(
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
      ...(code === 'PURPOSE_NOT_ALLOWED' && rule.matchOnly.has(judge.use) && { hint: CHECK_INSTEAD }),
      ...(code === 'ZONE_MISMATCH' && { zone: [...rule.zones].join(', ') || '—' }),
      ...(code === 'QUOTA_EXCEEDED' && { limit: '授权的每日限额 the quota per day of the grant' }),
      apply: judge.applyLink(rule.tests ?? rule.coordinate, judge.use),
    },
  };
}
