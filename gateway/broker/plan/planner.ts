import { operationFromDocument } from '@apollo/federation-internals';
import { prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { buildSupergraph } from '../../registry/index.ts';

/** Plans operations over one supergraph. */
export interface Planner {
  /** The plan of a document's only operation; plain data. Variables are not known yet. */
  plan(document: DocumentNode): QueryPlan;
  /** Every type that subgraphs may name, also those that consumers may not see. */
  readonly supergraph: GraphQLSchema;
}

export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = buildSupergraph(supergraphSdl);
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  return {
    supergraph: supergraph.schema.toGraphQLJSSchema(),
    // Federation's own types for documents come from its copy of graphql's type declarations: the same ones.
    plan: (document) => planner.buildQueryPlan(operationFromDocument(schema, document, { validate: false })),
  };
}

/** A plan in the notation of the field, for people and snapshots. */
export function printPlan(plan: QueryPlan): string {
  return prettyFormatQueryPlan(plan);
}
