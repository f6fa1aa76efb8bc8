import type { Grant } from './grant.ts';

/**
 * A grant as Cedar policies that a person can read. There are two, as a value that the provider masks for a use
 * stays masked under a grant.
 */
export function grantToCedar(grant: Grant, coordinates: readonly string[]): Record<string, string> {
  const covered = coordinates.map((one) => `Coordinate::${JSON.stringify(one)}`).join(', ');
  const uses = grant.uses.map((one) => JSON.stringify(one)).join(', ');
  const permit = (masked: boolean): string => `permit (
  principal == Department::${JSON.stringify(grant.department)},
  action == Action::"disclose",
  resource
) when {
  [${covered}].contains(resource) &&
  resource.class == "CONDITIONAL" &&
  [${uses}].contains(context.use) &&
  context.now >= ${grant.validFrom} && context.now < ${grant.validUntil} &&
  ${masked ? '' : '!'}resource.masked.contains(context.use)
};`;
  return {
    [`grant:${grant.id}`]: permit(false),
    [`grant:${grant.id}:masked`]: `@obligation("mask")\n${permit(true)}`,
  };
}
