/**
 * The federation libraries, set up as they are used here. They are large, and what they do takes long: only threads that compose
 * or plan load this, never the one that answers queries.
 */
export { buildSupergraph } from './supergraph.ts';
