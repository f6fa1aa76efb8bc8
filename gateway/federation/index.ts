/**
 * The federation libraries, set up as they are used here. They are large, and what they do takes long: only the process that composes
 * and threads that plan load this, never the thread that answers queries.
 */
import './plain-exports.ts';

export { compose } from '@apollo/composition';
export { buildSubgraph, errorCauses, operationFromDocument, Subgraphs } from '@apollo/federation-internals';
export { prettyFormatQueryPlan, QueryPlanner } from '@apollo/query-planner';
export { buildSupergraph, consumerTypes, supergraphOf } from './supergraph.ts';
