import { type GraphName, grownName } from '../graphs/index.ts';
import { type Case, CONNECTIONS } from './case.ts';

const FEW_FIELDS = 100;
const FEW_SUBGRAPHS = 2;

/** A question to every one of 2 to 50 subgraphs. */
export function subgraphsCase(count: number): Case {
  const values = Array.from({ length: count }, (_, at) => `value${at}`).join(' ');
  return {
    id: `subgraphs-${count}`,
    title: `${count} subgraphs, all asked`,
    graph: grownName(count, FEW_FIELDS),
    distinct: 1,
    operation: () => `query { thing(id: "1") { ${values} } }`,
    isOneFetch: false,
    connections: CONNECTIONS,
    growth: { series: 'Subgraphs, all asked', size: count },
    tellsCosts: false,
  };
}

/** Two fetches over a schema of so many subgraphs and fields. */
export function fieldsCase(subgraphs: number, fields: number): Pick<Case, 'graph' | 'operation'> {
  return {
    graph: grownName(subgraphs, fields),
    operation: () => 'query { thing(id: "1") { value0 value1 } }',
  };
}

/** The same two fetches over a schema of 100 to 10,000 fields: known, and new each time. */
export function fieldsCases(fields: number): readonly Case[] {
  const graph: GraphName = grownName(FEW_SUBGRAPHS, fields);
  const size = fields.toLocaleString('en');
  const shared = {
    graph,
    isOneFetch: false,
    connections: CONNECTIONS,
    tellsCosts: false,
  } as const;
  return [
    {
      ...shared,
      id: `fields-${fields}`,
      growth: { series: 'Fields of the schema, two fetches', size: fields },
      title: `${size} fields, two fetches`,
      distinct: 1,
      operation: () => 'query { thing(id: "1") { value0 value1 } }',
    },
    {
      ...shared,
      id: `fields-${fields}-cold`,
      growth: { series: 'Fields of the schema, every operation new', size: fields },
      title: `${size} fields, every operation new`,
      distinct: Number.POSITIVE_INFINITY,
      operation: (n) => `query { q${String(n).padStart(8, '0')}: thing(id: "1") { value0 value1 } }`,
    },
  ];
}
