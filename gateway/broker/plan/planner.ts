import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';

/** Plans operations over one supergraph. */
export interface Planner {
  /** The plan of a document's only operation; plain data. Variables are not known yet. */
  plan(document: DocumentNode): QueryPlan;
}

export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl);
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  return {
    // Federation's own types for documents come from its copy of graphql's type declarations: the same ones.
    plan: (document) => planner.buildQueryPlan(operationFromDocument(schema, document, { validate: false })),
  };
}

/** A plan in the notation of the field, for people and snapshots. */
export function printPlan(plan: QueryPlan): string {
  return prettyFormatQueryPlan(plan);
}
