import { isRowCondition, type MaskRule, type ScopeCondition } from '../../words.ts';
import { type Grant, maskOf } from './grant.ts';

/**
 * A grant as Cedar policies that a person can read. Of items that it gives in clear there are two, as a value that the
 * provider masks for a use stays masked under a grant; of items that it masks itself, one for each mask. Scope and quota
 * are annotations: Cedar sees no records, so the gateway holds each of them against the scope, and counts.
 */
export function grantToCedar(grant: Grant, coordinates: readonly string[]): Record<string, string> {
  const byMask = new Map<MaskRule | null, string[]>();
  for (const one of coordinates) {
    const mask = maskOf(grant, one);
    byMask.set(mask, [...(byMask.get(mask) ?? []), one]);
  }
  const policies: Record<string, string> = {};
  for (const [mask, covered] of byMask) {
    if (mask === null) {
      policies[`grant:${grant.id}`] = permit(grant, covered, false);
      policies[`grant:${grant.id}:masked`] = `@obligation("mask")\n${permit(grant, covered, true)}`;
    } else {
      const text = permit(grant, covered, null);
      policies[`grant:${grant.id}:mask:${mask}`] = `@obligation("mask")\n@mask("${mask}")\n${text}`;
    }
  }
  return policies;
}

/** `masked`: for uses that the provider masks (true) or not (false), or for all uses (null). Only clear values may be checked. */
function permit(grant: Grant, coordinates: readonly string[], masked: boolean | null): string {
  const covered = coordinates.map((one) => `Coordinate::${JSON.stringify(one)}`).join(', ');
  const uses = grant.uses.map((one) => JSON.stringify(one)).join(', ');
  const action =
    masked === false ? 'action in [Action::"disclose", Action::"verify"]' : 'action == Action::"disclose"';
  const condition = [
    `  [${covered}].contains(resource)`,
    `  resource.class == "CONDITIONAL"`,
    `  [${uses}].contains(context.use)`,
    `  context.now >= ${grant.validFrom} && context.now < ${grant.validUntil}`,
    ...(masked === null ? [] : [`  ${masked ? '' : '!'}resource.masked.contains(context.use)`]),
  ].join(' &&\n');
  return `${annotations(grant)}permit (
  principal == Department::${JSON.stringify(grant.department)},
  ${action},
  resource
) when {
${condition}
};`;
}

function annotations({ scope, quotaPerDay }: Grant): string {
  const scoped = scope.length > 0 ? `@scope(${JSON.stringify(scope.map(conditionText).join(' && '))})\n` : '';
  return quotaPerDay === null ? scoped : `${scoped}@quota("${quotaPerDay}/day")\n`;
}

/** A condition as a person reads it: `Person.residenceRegion STARTS_WITH "4301"`. */
export function conditionText(condition: ScopeCondition): string {
  if (!isRowCondition(condition)) return 'subjectsOf MATTER';
  const values = condition.values.map((one) => JSON.stringify(one)).join(' | ');
  return `${condition.coordinate} ${condition.operator} ${values}`;
}
