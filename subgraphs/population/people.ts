import { GraphQLError } from 'graphql';
import type { PersonRecord } from '../city/index.ts';

export interface PeopleArguments {
  readonly filter?: PersonFilter | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

interface PersonFilter {
  readonly residenceRegion?: string | null;
  readonly bornAfter?: string | null;
  readonly bornBefore?: string | null;
  readonly phone?: string | null;
  readonly employer?: string | null;
}

const LARGEST_PAGE = 5_000;

/** One page of the people that a filter leaves, as a Relay connection: a cursor names the record before it. */
export function pageOfPeople(
  people: readonly PersonRecord[],
  employees: (uscc: string) => ReadonlySet<string>,
  { filter, first, after }: PeopleArguments,
) {
  const size = first ?? 20;
  if (size < 0 || size > LARGEST_PAGE) throw badInput(`first 应在 0 与 ${LARGEST_PAGE} 之间`);
  const matching = filter ? people.filter(matches(filter, employees)) : people;
  const start = after ? matching.findIndex((one) => cursorOf(one) === after) + 1 : 0;
  if (after && start === 0) throw badInput('after 不是本查询给出的游标');
  const page = matching.slice(start, start + size);
  const last = page.at(-1);
  return {
    edges: page.map((node) => ({ node, cursor: cursorOf(node) })),
    pageInfo: { hasNextPage: start + size < matching.length, endCursor: last ? cursorOf(last) : null },
  };
}

function cursorOf({ idNumber }: PersonRecord): string {
  return Buffer.from(`person:${idNumber}`).toString('base64url');
}

function matches(filter: PersonFilter, employees: (uscc: string) => ReadonlySet<string>) {
  const { residenceRegion, bornAfter, bornBefore, phone, employer } = filter;
  const employed = employer ? employees(employer) : null;
  return (one: PersonRecord): boolean =>
    (!residenceRegion || one.residenceRegion.startsWith(residenceRegion)) &&
    (!bornAfter || one.birthDate > bornAfter) &&
    (!bornBefore || one.birthDate < bornBefore) &&
    (!phone || one.phone === phone) &&
    (!employed || employed.has(one.idNumber));
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
