import { execute, parse } from 'graphql';
import { buildSupergraph } from '../../../gateway/federation/index.ts';
import type { Graph } from './graph.ts';

/**
 * Answers operations over the merged schema with graphql-js: what every gateway must answer, as canonical text.
 * Each is executed once.
 */
export function referenceFor(supergraphSdl: string, graph: Graph): (operation: string) => Promise<string> {
  const schema = buildSupergraph(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const known = new Map<string, string>();
  return async (operation) => {
    const before = known.get(operation);
    if (before !== undefined) return before;
    const result = await execute({ schema, document: parse(operation), rootValue: graph.query });
    if (result.errors) throw new Error(`the case itself is wrong: ${result.errors[0]?.message}`);
    const data = canonical(result.data);
    known.set(operation, data);
    return data;
  };
}

/** JSON whose objects have their keys in order, so that two answers of the same data are the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
