import type DataLoader from 'dataloader';
import type { LicenceRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';

interface Context {
  readonly licences: DataLoader<string, readonly LicenceRecord[] | null>;
}

/** 云溪市数据局: the directory of electronic licences of persons and enterprises. */
export function licencesProvider(
  licences: readonly LicenceRecord[],
  addresses: ReadonlyMap<string, string>,
): Provider<Context> {
  const byHolder = new Map<string, LicenceRecord[]>();
  for (const one of licences) byHolder.set(one.holder, [...(byHolder.get(one.holder) ?? []), one]);
  return {
    name: 'licences',
    sdl: readSchema('licences'),
    context: () => ({ licences: createLoader(async () => byHolder) }),
    resolvers: {
      Subject: { __resolveType: (value: object) => ('uscc' in value ? 'Enterprise' : 'Person') },
      Person: {
        licences: async ({ idNumber }: { idNumber: string }, _: unknown, context: Context) =>
          (await context.licences.load(idNumber)) ?? [],
      },
      Enterprise: {
        licences: async ({ uscc }: { uscc: string }, _: unknown, context: Context) =>
          (await context.licences.load(uscc)) ?? [],
        registeredAddress: ({ uscc }: { uscc: string }) => addresses.get(uscc) ?? null,
      },
    },
  };
}
