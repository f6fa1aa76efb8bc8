import { randomUUID } from 'node:crypto';
import type DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import type { PersonRecord } from '../city/index.ts';
import { createLoader, type Provider, readSchema } from '../kit/index.ts';
import { type PeopleArguments, pageOfPeople } from './people.ts';

interface Context {
  readonly people: DataLoader<string, PersonRecord | null>;
}

/** 云溪市公安局: persons, and the queries on them. */
export function populationProvider(
  people: readonly PersonRecord[],
  employees: (uscc: string) => ReadonlySet<string>,
): Provider<Context> {
  const byId = new Map(people.map((one) => [one.idNumber, one]));
  return {
    name: 'population',
    sdl: readSchema('population'),
    context: () => ({ people: createLoader(async () => byId) }),
    resolvers: {
      Query: {
        person: (_: unknown, { idNumber }: { idNumber: string }, { people: loader }: Context) =>
          loader.load(idNumber),
        people: (_: unknown, query: PeopleArguments) => pageOfPeople(people, employees, query),
      },
      Mutation: {
        reportDiscrepancy(_: unknown, { subject, coordinate }: { subject: string; coordinate: string }) {
          if (!byId.has(subject))
            throw new GraphQLError('查无此人', { extensions: { code: 'BAD_USER_INPUT' } });
          return { id: randomUUID(), coordinate, receivedAt: new Date().toISOString() };
        },
      },
      Subject: { __resolveType: () => 'Person' },
      Person: {
        __resolveReference: ({ idNumber }: { idNumber: string }, { people: loader }: Context) =>
          loader.load(idNumber),
        displayName: ({ name }: PersonRecord) => name,
      },
    },
  };
}
