import type DataLoader from 'dataloader';
import type { InsuranceRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';

interface Context {
  readonly insurance: DataLoader<string, InsuranceRecord | null>;
}

/** What the gateway sends along: the key, and what `@requires` asks of other departments. */
interface Reference {
  readonly idNumber: string;
  readonly maritalStatus?: string | null;
  readonly residenceRegion?: string;
}

/** Married couples and the widowed, of the districts of the city itself. */
const SUBSIDISED_STATUS = new Set(['MARRIED', 'WIDOWED']);
const SUBSIDISED_REGIONS = new Set(['990101', '990102']);

/** 云溪市人力资源和社会保障局: insurance, and the housing subsidy, which is computed from others' data. */
export function socialinsuranceProvider(insurance: ReadonlyMap<string, InsuranceRecord>): Provider<Context> {
  return {
    name: 'socialinsurance',
    sdl: readSchema('socialinsurance'),
    context: () => ({ insurance: createLoader(async () => insurance) }),
    resolvers: {
      Person: {
        __resolveReference: (reference: Reference) => reference,
        insuranceMonths: async ({ idNumber }: Reference, _: unknown, context: Context) =>
          (await context.insurance.load(idNumber))?.months ?? null,
        contributionBase: async ({ idNumber }: Reference, _: unknown, context: Context) =>
          (await context.insurance.load(idNumber))?.contributionBase ?? null,
        housingSubsidyEligible: ({ maritalStatus, residenceRegion }: Reference) =>
          SUBSIDISED_STATUS.has(maritalStatus ?? '') && SUBSIDISED_REGIONS.has(residenceRegion ?? ''),
      },
    },
  };
}
