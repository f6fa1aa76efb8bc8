import type { Department } from '../../identity/index.ts';
import { isCompetent, oversees } from '../../roles.ts';
import type { Party } from './procedure.ts';

/** Who moves: a department through an operator, or the platform by its clocks. */
export type Actor = { readonly department: Department; readonly operator: string } | 'PLATFORM';

/** Who stands on both sides of a part. */
export interface Sides {
  readonly applicant: string;
  readonly provider: string;
}

/**
 * What a department is to a part of an application. Nobody decides in a cause of its own: a provider that applies for its own items is
 * answered by the competent department, and a competent department that is a party itself leaves coordinating to another one.
 */
export function partiesTo(department: Department, { applicant, provider }: Sides): Party[] {
  const parties: Party[] = [];
  const isParty = department.code === applicant || department.code === provider;
  if (department.code === applicant) parties.push('APPLICANT');
  if (department.code === provider && department.code !== applicant) parties.push('PROVIDER');
  if (isCompetent(department) && !isParty) parties.push('COORDINATOR');
  if (isCompetent(department) && !isParty && applicant === provider) parties.push('PROVIDER');
  return parties;
}

/** Before it is submitted an application is the applicant's own; then the provider that is asked and the platform see it too. */
export function isVisible(
  part: Sides & { readonly submittedAt: Date | null },
  actor: { readonly department: Department } | 'PLATFORM',
): boolean {
  if (actor === 'PLATFORM' || actor.department.code === part.applicant) return true;
  if (part.submittedAt === null) return false;
  return actor.department.code === part.provider || oversees(actor.department);
}
