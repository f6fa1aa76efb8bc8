import { type Case, CONNECTIONS, FEW_CONNECTIONS } from './case.ts';

const NODE = 'idNumber name displayName gender birthDate residenceRegion';

const PERSON = 'fragment P on Person { idNumber name gender maritalStatus }';
const ENTERPRISE = 'fragment E on Enterprise { uscc name status }';

/** Persons, their spouses, enterprises with their representatives and licences, and properties with their owners. */
const DEEP = `{
  ...P
  spouse { ...P }
  positions { title enterprise { ...E
    licences { number type issuedOn }
    legalRepresentative { ...P positions { title enterprise { ...E licences { number type } } } }
  } }
  properties { unitNumber area address owners { ... on Person { ...P spouse { idNumber name } } } }
}`;

function city(
  one: Pick<Case, 'id' | 'title' | 'operation'> &
    Partial<Pick<Case, 'distinct' | 'isOneFetch' | 'tellsCosts' | 'connections'>>,
): Case {
  return {
    graph: 'city',
    distinct: 1,
    isOneFetch: false,
    tellsCosts: true,
    connections: CONNECTIONS,
    ...one,
  };
}

/** The cases (a) to (f). */
export const CITY_CASES: readonly Case[] = [
  city({
    id: 'small',
    title: '(a) one fetch, 10 rows',
    isOneFetch: true,
    operation: () => 'query { people(first: 10) { edges { node { idNumber name } } } }',
  }),
  city({
    id: 'two',
    title: '(b) two fetches',
    tellsCosts: false,
    operation: () => 'query { person(idNumber: "990101000000000012") { idNumber name maritalStatus } }',
  }),
  city({
    id: 'deep',
    title: '(c) deep, four subgraphs',
    operation: () => `query { people(first: 20) { edges { node ${DEEP} } } } ${PERSON} ${ENTERPRISE}`,
  }),
  city({
    id: 'big',
    title: '(d) one fetch, 5,000 rows of 6 fields',
    isOneFetch: true,
    connections: FEW_CONNECTIONS,
    operation: () => `query { people(first: 5000) { edges { node { ${NODE} } } } }`,
  }),
  city({
    id: 'mixed',
    title: '(e) 200 distinct operations',
    tellsCosts: false,
    distinct: 200,
    operation: mixedOperation,
  }),
  city({
    id: 'cold',
    title: '(f) every operation new',
    tellsCosts: false,
    distinct: Number.POSITIVE_INFINITY,
    // All are of one length, so that answers are known for right by theirs.
    operation: (n) =>
      `query { q${String(n).padStart(8, '0')}: person(idNumber: "990101000000000012") ${DEEP} } ${PERSON} ${ENTERPRISE}`,
  }),
];

/** How many rows one answer has, from 1 to 10,000. */
export function rowsCase(rows: number): Case {
  return {
    ...city({
      id: `rows-${rows}`,
      title: `${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'}`,
      isOneFetch: true,
      connections: rows < 1_000 ? CONNECTIONS : FEW_CONNECTIONS,
      operation: () => `query { people(first: ${rows}) { edges { node { ${NODE} } } } }`,
    }),
    growth: { series: 'Rows of one fetch', size: rows },
    tellsCosts: false,
  };
}

const FIELDS = ['name', 'displayName', 'gender', 'birthDate', 'residenceRegion'];
const ELSEWHERE = ['', '', 'maritalStatus', 'positions { title enterprise { uscc name } }'];

/** Every choice of five fields, over ten persons or one, half of them with another subgraph's field. */
function mixedOperation(n: number): string {
  const own = FIELDS.filter((_, bit) => (n >> bit) & 1).join(' ');
  const fields = `idNumber ${own} ${ELSEWHERE[(n >> 5) % ELSEWHERE.length]}`;
  return n < 128
    ? `query { people(first: 10) { edges { node { ${fields} } } } }`
    : `query { person(idNumber: "990101000000000012") { ${fields} } }`;
}
