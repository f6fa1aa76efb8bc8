import { composeServices } from '@apollo/composition';
import { type DocumentNode, GraphQLError } from 'graphql';
import { completeSdl } from './complete-sdl.ts';
import { withOneOf } from './one-of.ts';
import type { Subgraph } from './rules.ts';

/** A subgraph with its SDL complete and parsed. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** One reason why subgraphs do not compose. */
export interface CompositionProblem {
  readonly code: string;
  readonly message: string;
  readonly subgraph?: string;
}

export type Composition =
  | {
      readonly ok: true;
      readonly supergraphSdl: string;
      readonly services: readonly Service[];
      readonly hints: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly CompositionProblem[] };

/** Composes the subgraphs' SDL into a supergraph, or gives every reason why that is not possible. */
export function composeSupergraph(subgraphs: readonly Subgraph[], specification: string): Composition {
  const problems: CompositionProblem[] = [];
  const services = subgraphs.flatMap(({ name, url, sdl }) => {
    try {
      return [{ name, url, typeDefs: withOneOf(completeSdl(sdl, specification)) }];
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
    services,
    hints: (result.hints ?? []).map((hint) => hint.message),
  };
}

function problemOf(error: GraphQLError): CompositionProblem {
  return { code: String(error.extensions.code ?? 'COMPOSITION_ERROR'), message: error.message };
}

function messageOf(error: unknown): string {
  return error instanceof GraphQLError || error instanceof Error ? error.message : String(error);
}
