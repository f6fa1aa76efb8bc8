import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';
import type { Subgraph } from './rules.ts';

/** One reason why subgraphs do not compose. */
export interface CompositionProblem {
  readonly code: string;
  readonly message: string;
  readonly subgraph?: string;
}

export type Composition =
  | { readonly ok: true; readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly ok: false; readonly problems: readonly CompositionProblem[] };

/** Composes the subgraphs' SDL into a supergraph, or gives every reason why that is not possible. */
export function composeSupergraph(subgraphs: readonly Subgraph[]): Composition {
  const problems: CompositionProblem[] = [];
  const services = subgraphs.flatMap(({ name, url, sdl }) => {
    try {
      return [{ name, url, typeDefs: parse(sdl) }];
    } catch (error) {
      problems.push({ code: 'INVALID_GRAPHQL', message: `[${name}] ${messageOf(error)}`, subgraph: name });
      return [];
    }
  });
  if (problems.length > 0) return { ok: false, problems };
  const result = composeServices(services);
  if (result.errors && result.errors.length > 0) {
    return { ok: false, problems: result.errors.map(problemOf) };
  }
  if (result.supergraphSdl === undefined) throw new Error('composition gave neither a supergraph nor errors');
  return {
    ok: true,
    supergraphSdl: result.supergraphSdl,
    hints: (result.hints ?? []).map((hint) => hint.message),
  };
}

function problemOf(error: GraphQLError): CompositionProblem {
  return { code: String(error.extensions.code ?? 'COMPOSITION_ERROR'), message: error.message };
}

function messageOf(error: unknown): string {
  return error instanceof GraphQLError || error instanceof Error ? error.message : String(error);
}
