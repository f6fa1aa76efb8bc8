/**
 * The federation libraries, set up as they are used here. They are large, and what they do takes long: only threads that compose
 * or plan load this, never the one that answers queries.
 */
import './plain-exports.ts';

export { compose } from '@apollo/composition';
export { buildSubgraph, errorCauses, operationFromDocument, Subgraphs } from '@apollo/federation-internals';
export { prettyFormatQueryPlan, QueryPlanner } from '@apollo/query-planner';
export { buildSupergraph, consumerTypes, supergraphOf } from './supergraph.ts';
