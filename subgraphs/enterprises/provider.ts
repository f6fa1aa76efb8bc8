import type DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import type { EnterpriseRecord, PositionRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';
import { createRegister } from './register.ts';

interface Context {
  readonly enterprises: DataLoader<string, EnterpriseRecord | null>;
  readonly positions: DataLoader<string, readonly PositionRecord[] | null>;
}

interface Change {
  readonly uscc: string;
  readonly status?: EnterpriseRecord['status'] | null;
  readonly registeredAddress?: string | null;
}

/** 云溪市市场监督管理局: enterprises with their changes, and the positions that persons hold in them. */
export function enterprisesProvider(
  enterprises: readonly EnterpriseRecord[],
  positions: readonly PositionRecord[],
): Provider<Context> {
  const register = createRegister(enterprises);
  const byPerson = new Map<string, PositionRecord[]>();
  for (const one of positions) byPerson.set(one.person, [...(byPerson.get(one.person) ?? []), one]);
  return {
    name: 'enterprises',
    sdl: readSchema('enterprises'),
    context: () => ({
      enterprises: createLoader(async () => register.all()),
      positions: createLoader(async () => byPerson),
    }),
    resolvers: {
      Query: {
        enterprise: (_: unknown, { uscc }: { uscc: string }, context: Context) =>
          context.enterprises.load(uscc),
      },
      Mutation: {
        registerChange(_: unknown, { uscc, status, registeredAddress }: Change) {
          const changed = register.change(uscc, {
            ...(status && { status }),
            ...(registeredAddress && { registeredAddress }),
          });
          if (!changed) throw new GraphQLError('查无此企业', { extensions: { code: 'BAD_USER_INPUT' } });
          return changed;
        },
      },
      Subscription: {
        enterpriseChanged: {
          subscribe: (_: unknown, { uscc }: { uscc: string }) => register.changes(uscc),
          resolve: (changed: EnterpriseRecord) => changed,
        },
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
