import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';

/**
 * Features of supergraphs that are executed here: the library's own, and contexts. Others that are marked as needed
 * for security (`@authenticated`, `@requiresScopes`, `@policy`) are not enforced here, so their supergraphs are refused.
 */
const SUPPORTED = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
]);

/** Builds a supergraph; throws when it needs a feature that is not supported. What was checked before need not be again. */
export function buildSupergraph(supergraphSdl: string, { isChecked = false } = {}): Supergraph {
  return Supergraph.build(supergraphSdl, { supportedFeatures: SUPPORTED, validateSupergraph: !isChecked });
}
