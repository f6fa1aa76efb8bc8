import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';
import { readDepartments } from '../../../gateway/identity/index.ts';
import type { Graph } from './graph.ts';

const ENTERPRISES = 50;
const STATUSES = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'SUSPENDED'];
const MARITAL = ['MARRIED', 'SINGLE', 'MARRIED', 'WIDOWED'];

/** The demonstration city's published schemas over as many invented people as are asked for. */
export function readCity(): Graph {
  const root = projectRoot();
  const departments = readDepartments(join(root, 'schema/departments.json')).all();
  const members = departments.flatMap(({ code, subgraph }) =>
    subgraph === null
      ? []
      : [
          {
            name: subgraph,
            department: code,
            sdl: readFileSync(join(root, 'subgraphs', subgraph, 'schema.graphql'), 'utf8'),
          },
        ],
  );
  return {
    members,
    query: {
      person: ({ idNumber }) => person(numberIn(idNumber)),
      people: ({ first }) => people(Number(first)),
      enterprise: ({ uscc }) => enterprise(numberIn(uscc)),
      property: ({ unitNumber }) => property(numberIn(unitNumber)),
    },
    entities: new Map([
      ['Person', ({ idNumber }) => person(numberIn(idNumber))],
      ['Enterprise', ({ uscc }) => enterprise(numberIn(uscc))],
      ['Property', ({ unitNumber }) => property(numberIn(unitNumber))],
    ]),
  };
}

const idNumberOf = (n: number): string => `990101${String(n).padStart(12, '0')}`;
const usccOf = (n: number): string => `91990101MA${String(n).padStart(8, '0')}`;
const unitNumberOf = (n: number): string => `990102001001GB${String(n).padStart(14, '0')}`;

/** Every key ends in the number of its record. */
function numberIn(key: unknown): number {
  return Number(/\d{1,8}$/.exec(String(key))?.[0] ?? 0);
}

function people(first: number) {
  return {
    edges: Array.from({ length: first }, (_, n) => ({ cursor: String(n), node: person(n) })),
    pageInfo: { hasNextPage: true, endCursor: String(first - 1) },
  };
}

/** Couples are 2n and 2n + 1. */
function person(n: number): object {
  return {
    __typename: 'Person',
    idNumber: idNumberOf(n),
    displayName: `张三${n}`,
    name: `张三${n}`,
    gender: n % 2 === 0 ? 'MALE' : 'FEMALE',
    birthDate: `19${60 + (n % 40)}-01-01`,
    residenceRegion: '990101',
    maritalStatus: MARITAL[(n >> 1) % MARITAL.length],
    spouse: () => person(n ^ 1),
    positions: () => [n, n + 7].map((at) => ({ title: '董事', enterprise: enterprise(at % ENTERPRISES) })),
    properties: () => [property(n), property(n + 1)],
    licences: () => licencesOf(idNumberOf(n), '居民身份证'),
  };
}

function enterprise(n: number): object {
  return {
    __typename: 'Enterprise',
    uscc: usccOf(n),
    displayName: `云溪企业${n}`,
    name: `云溪企业${n}`,
    status: STATUSES[n % STATUSES.length],
    legalRepresentative: () => person(n),
    licences: () => licencesOf(usccOf(n), '营业执照'),
    registeredAddress: `云溪市中山路${n}号`,
  };
}

function property(n: number): object {
  return {
    __typename: 'Property',
    unitNumber: unitNumberOf(n),
    area: 60 + (n % 100) + 0.5,
    address: `云溪市解放路${n}号`,
    owners: () => [person(n), person(n ^ 1)],
    mortgaged: n % 3 === 0,
  };
}

function licencesOf(holder: string, type: string) {
  return [1, 2].map((n) => ({ number: `${holder}-${n}`, type, issuedOn: '2020-01-01', validUntil: null }));
}
