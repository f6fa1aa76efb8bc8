import type { Supergraph } from '@apollo/federation-internals';
import { GraphQLError } from 'graphql';
import { compose, errorCauses, Subgraphs, supergraphOf } from '../federation/index.ts';
import type { Subgraph } from './rules.ts';
import type { Source, Sources } from './sources.ts';

/** One reason why subgraphs do not compose. */
export interface CompositionProblem {
  readonly code: string;
  readonly message: string;
  readonly subgraph?: string;
}

export type Problems = { readonly ok: false; readonly problems: readonly CompositionProblem[] };

/** All subgraphs' SDLs as they are composed, or every reason why they cannot be read. */
export function readSources(
  subgraphs: readonly Subgraph[],
  sources: Sources,
): { readonly ok: true; readonly read: readonly Source[] } | Problems {
  const problems: CompositionProblem[] = [];
  const read = subgraphs.flatMap((subgraph) => {
    try {
      return [sources.source(subgraph)];
    } catch (error) {
      problems.push(...problemsOf(subgraph.name, error));
      return [];
    }
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, read };
}

export type Composition =
  | { readonly ok: true; readonly supergraphSdl: string; readonly supergraph: Supergraph }
  | Problems;

/** Composes subgraphs into a supergraph, or gives every reason why that is not possible. */
export function composeSupergraph(sources: readonly Source[]): Composition {
  const subgraphs = new Subgraphs();
  for (const { built } of sources) subgraphs.add(built);
  const { errors, schema, supergraphSdl } = compose(subgraphs);
  if (errors && errors.length > 0) return { ok: false, problems: errors.map(problemOf) };
  if (schema === undefined || supergraphSdl === undefined)
    throw new Error('composition gave neither a supergraph nor errors');
  return trySupergraph(supergraphSdl, () => supergraphOf(schema));
}

/** What composes may still need a feature that is not executed here; then it is not published. */
export function trySupergraph(supergraphSdl: string, make: () => Supergraph): Composition {
  try {
    return { ok: true, supergraphSdl, supergraph: make() };
  } catch (error) {
    return { ok: false, problems: [{ code: 'UNSUPPORTED_FEATURE', message: messageOf(error) }] };
  }
}

/** What is wrong with one SDL: everything that federation found, or what the parser stopped at. */
function problemsOf(subgraph: string, error: unknown): CompositionProblem[] {
  const causes = error instanceof GraphQLError ? errorCauses(error) : undefined;
  if (causes?.every((one) => one.extensions.code !== undefined)) return causes.map(problemOf);
  return [{ code: 'INVALID_GRAPHQL', message: `[${subgraph}] ${messageOf(error)}`, subgraph }];
}

function problemOf(error: GraphQLError): CompositionProblem {
  return { code: String(error.extensions.code ?? 'COMPOSITION_ERROR'), message: error.message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
