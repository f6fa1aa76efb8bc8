import type DataLoader from 'dataloader';
import type { EnterpriseRecord, PositionRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';

interface Context {
  readonly enterprises: DataLoader<string, EnterpriseRecord | null>;
  readonly positions: DataLoader<string, readonly PositionRecord[] | null>;
}

/** 云溪市市场监督管理局: enterprises, and the positions that persons hold in them. */
export function enterprisesProvider(
  enterprises: readonly EnterpriseRecord[],
  positions: readonly PositionRecord[],
): Provider<Context> {
  const byCode = new Map(enterprises.map((one) => [one.uscc, one]));
  const byPerson = new Map<string, PositionRecord[]>();
  for (const one of positions) byPerson.set(one.person, [...(byPerson.get(one.person) ?? []), one]);
  return {
    name: 'enterprises',
    sdl: readSchema('enterprises'),
    context: () => ({
      enterprises: createLoader(async () => byCode),
      positions: createLoader(async () => byPerson),
    }),
    resolvers: {
      Query: {
        enterprise: (_: unknown, { uscc }: { uscc: string }, context: Context) =>
          context.enterprises.load(uscc),
      },
      Subject: { __resolveType: () => 'Enterprise' },
      Enterprise: {
        __resolveReference: ({ uscc }: { uscc: string }, context: Context) => context.enterprises.load(uscc),
        displayName: ({ name }: EnterpriseRecord) => name,
        legalRepresentative: ({ legalRepresentative }: EnterpriseRecord) => ({
          idNumber: legalRepresentative,
        }),
      },
      Person: {
        positions: async ({ idNumber }: { idNumber: string }, _: unknown, context: Context) =>
          (await context.positions.load(idNumber)) ?? [],
      },
      Position: {
        enterprise: ({ uscc }: PositionRecord, _: unknown, context: Context) =>
          context.enterprises.load(uscc),
      },
    },
  };
}
