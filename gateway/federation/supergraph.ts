import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  defaultPrintOptions,
  printSchema,
  type Schema,
  Supergraph,
  shallowOrderPrintedDefinitions,
} from '@apollo/federation-internals';
import { buildASTSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';

/**
 * Features of supergraphs that are executed here: the library's own, and contexts. Others that are marked as needed
 * for security (`@authenticated`, `@requiresScopes`, `@policy`) are not enforced here, so their supergraphs are refused.
 */
const SUPPORTED = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
]);

/** Builds a supergraph; throws when it needs a feature that is not supported. What was checked before need not be again. */
export function buildSupergraph(
  supergraphSdl: string | DocumentNode,
  { isChecked = false } = {},
): Supergraph {
  return Supergraph.build(supergraphSdl, { supportedFeatures: SUPPORTED, validateSupergraph: !isChecked });
}

/** The supergraph of what composition made. Throws like `buildSupergraph`. */
export function supergraphOf(composed: Schema): Supergraph {
  return new Supergraph(composed, SUPPORTED);
}

/** What consumers may see of a supergraph, its types in the order of their names: the same whether it was composed just now or read. */
export function consumerTypes(supergraph: Supergraph): GraphQLSchema {
  const sdl = printSchema(supergraph.apiSchema(), shallowOrderPrintedDefinitions(defaultPrintOptions));
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}
