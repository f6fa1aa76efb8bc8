import type DataLoader from 'dataloader';
import type { MarriageRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';

interface Context {
  readonly marriages: DataLoader<string, MarriageRecord | null>;
}

interface Reference {
  readonly idNumber: string;
}

/** 云溪市民政局: marital status and spouse. */
export function marriageProvider(marriages: ReadonlyMap<string, MarriageRecord>): Provider<Context> {
  return {
    name: 'marriage',
    sdl: readSchema('marriage'),
    context: () => ({ marriages: createLoader(async () => marriages) }),
    resolvers: {
      Person: {
        __resolveReference: ({ idNumber }: Reference) => ({ idNumber }),
        maritalStatus: async ({ idNumber }: Reference, _: unknown, context: Context) =>
          (await context.marriages.load(idNumber))?.status ?? null,
        spouse: async ({ idNumber }: Reference, _: unknown, context: Context) => {
          const spouse = (await context.marriages.load(idNumber))?.spouse;
          return spouse ? { idNumber: spouse } : null;
        },
      },
    },
  };
}
