import { operationFromDocument } from '@apollo/federation-internals';
import { prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { buildSupergraph } from '../../registry/index.ts';
import { withoutContradictions } from './contradictions.ts';
import { internalKeys, type KeyOf, withInternalKeys } from './internal-keys.ts';

/** Plans operations over one supergraph. */
export interface Planner {
  /**
   * The plan of a document's only operation; plain data. Variables are not known yet. `draw` (0 to 100) decides which side of
   * each progressive `@override` is asked: a label `percent(n)` is on for draws below n.
   */
  plan(document: DocumentNode, draw: number): QueryPlan;
  /** The key under which a plan asks for a consumer's field. */
  readonly keyOf: KeyOf;
  /** Percentages at which plans change, ascending; draws between the same two have the same plan. */
  readonly thresholds: readonly number[];
  /** Every type that subgraphs may name, also those that consumers may not see. */
  readonly supergraph: GraphQLSchema;
}

export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = buildSupergraph(supergraphSdl);
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  const keyOf = internalKeys(supergraphSdl);
  const labels = new Map(
    [...supergraphSdl.matchAll(/overrideLabel: "(percent\((\d+(?:\.\d+)?)\))"/g)].map(
      ([, label = '', percent]) => [label, Number(percent)],
    ),
  );
  const partial = [...labels.values()].filter((percent) => percent > 0 && percent < 100);
  return {
    thresholds: [...new Set(partial)].sort((a, b) => a - b),
    supergraph: supergraph.schema.toGraphQLJSSchema(),
    keyOf,
    // Federation's own types for documents come from its copy of graphql's type declarations: the same ones.
    plan(document, draw) {
      const overrideConditions = new Map([...labels].map(([label, percent]) => [label, draw < percent]));
      const settled = withoutContradictions(withInternalKeys(document, keyOf));
      const operation = operationFromDocument(schema, settled, { validate: false });
      return planner.buildQueryPlan(operation, { overrideConditions });
    },
  };
}

/** A plan in the notation of the field, for people and snapshots. */
export function printPlan(plan: QueryPlan): string {
  return prettyFormatQueryPlan(plan);
}
