import type DataLoader from 'dataloader';
import type { Owner, PropertyRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';

interface Context {
  readonly properties: DataLoader<string, PropertyRecord | null>;
  readonly owned: DataLoader<string, readonly PropertyRecord[] | null>;
}

/** 云溪市自然资源和规划局: properties, their owners and mortgages. */
export function realestateProvider(properties: readonly PropertyRecord[]): Provider<Context> {
  const byNumber = new Map(properties.map((one) => [one.unitNumber, one]));
  const byOwner = new Map<string, PropertyRecord[]>();
  for (const one of properties)
    for (const { id } of one.owners) byOwner.set(id, [...(byOwner.get(id) ?? []), one]);
  return {
    name: 'realestate',
    sdl: readSchema('realestate'),
    context: () => ({
      properties: createLoader(async () => byNumber),
      owned: createLoader(async () => byOwner),
    }),
    resolvers: {
      Query: {
        property: (_: unknown, { unitNumber }: { unitNumber: string }, context: Context) =>
          context.properties.load(unitNumber),
      },
      Holder: { __resolveType: ({ kind }: Owner) => kind },
      Property: {
        __resolveReference: ({ unitNumber }: { unitNumber: string }, context: Context) =>
          context.properties.load(unitNumber),
        owners: ({ owners }: PropertyRecord) =>
          owners.map((one) =>
            one.kind === 'Person' ? { ...one, idNumber: one.id } : { ...one, uscc: one.id },
          ),
      },
      Person: {
        properties: async ({ idNumber }: { idNumber: string }, _: unknown, context: Context) =>
          (await context.owned.load(idNumber)) ?? [],
      },
    },
  };
}
