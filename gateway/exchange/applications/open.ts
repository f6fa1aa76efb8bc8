import { isCompetent } from '../../roles.ts';
import { type GrantParts, grantsApi } from '../grants/api.ts';
import type { Workers } from '../jobs/index.ts';
import type { Resolvers } from '../module.ts';
import { applicationsApi } from './api.ts';
import { rulesOf } from './rules.ts';
import { applicationWorkers } from './workers.ts';

export interface Applications {
  readonly resolvers: readonly Resolvers[];
  readonly workers: Workers;
}

/** Applications and grants. */
export async function openApplications(given: Omit<GrantParts, 'competent'>): Promise<Applications> {
  const competent = () => given.departments.all().flatMap((one) => (isCompetent(one) ? [one.code] : []));
  const parts: GrantParts = { ...given, competent };
  rulesOf(parts, { ruleSet: null }); // Throws where no rule set is in force: nothing could be submitted.
  return { resolvers: [applicationsApi(parts), grantsApi(parts)], workers: applicationWorkers(parts) };
}
