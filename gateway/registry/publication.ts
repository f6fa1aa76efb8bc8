import { createHash } from 'node:crypto';
import {
  buildSubgraph,
  isInterfaceType,
  isObjectType,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals';
import type { GraphQLSchema } from 'graphql';
import { consumerSchema, RESERVED_TYPE_NAMES } from './api-schema.ts';
import { type CompositionProblem, composeSupergraph } from './compose.ts';
import { type CostModel, readCostModel } from './cost-model.ts';
import { markOneOf } from './one-of.ts';
import type { SharingIndex, Subgraph } from './rules.ts';
import { buildSharingIndex, type Implementations } from './sharing-index.ts';
import { buildSupergraph } from './supergraph.ts';

/** One published state of all subgraphs: what the gateway serves and under which rules. Immutable. */
export interface Publication {
  /** Digest of everything that it was made from. */
  readonly revision: string;
  readonly supergraphSdl: string;
  /** What consumers see, with `@purpose` and the rules in the descriptions. */
  readonly schema: GraphQLSchema;
  readonly index: SharingIndex;
  readonly costs: CostModel;
  readonly subgraphs: readonly Subgraph[];
}

export type PublicationResult =
  | { readonly ok: true; readonly publication: Publication }
  | { readonly ok: false; readonly problems: readonly CompositionProblem[] };

/** Composes the subgraphs and indexes their sharing rules. `specification` is the text of `sharing.graphql`. */
export function publish(subgraphs: readonly Subgraph[], specification: string): PublicationResult {
  const composition = composeSupergraph(subgraphs, specification);
  if (!composition.ok) return composition;
  const built = tryBuildSupergraph(composition.supergraphSdl);
  if (!built.ok) return built;
  const { supergraph } = built;
  const reserved = RESERVED_TYPE_NAMES.filter((name) => supergraph.apiSchema().type(name) !== undefined);
  if (reserved.length > 0) {
    const message = `The type names ${reserved.join(', ')} belong to @purpose; rename yours.`;
    return { ok: false, problems: [{ code: 'RESERVED_NAME', message }] };
  }
  const revision = revisionOf(subgraphs);
  const index = buildSharingIndex(
    revision,
    composition.services.map(({ name, url, typeDefs }) => buildSubgraph(name, url, typeDefs)),
    new Map(subgraphs.map(({ name, provider }) => [name, provider])),
    implementationsOf(supergraph.schema),
  );
  const schema = consumerSchema(supergraph.apiSchema().toGraphQLJSSchema(), index, specification);
  markOneOf(
    schema,
    composition.services.map(({ typeDefs }) => typeDefs),
  );
  return {
    ok: true,
    publication: {
      costs: readCostModel(supergraph.schema),
      revision,
      supergraphSdl: composition.supergraphSdl,
      schema,
      index,
      subgraphs,
    },
  };
}

type Built =
  | { readonly ok: true; readonly supergraph: Supergraph }
  | Extract<PublicationResult, { ok: false }>;

/** What composes may still need a feature that is not executed here; then it is not published. */
function tryBuildSupergraph(supergraphSdl: string): Built {
  try {
    return { ok: true, supergraph: buildSupergraph(supergraphSdl) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ code: 'UNSUPPORTED_FEATURE', message }] };
  }
}

function revisionOf(subgraphs: readonly Subgraph[]): string {
  const hash = createHash('sha256');
  for (const { name, url, sdl, provider } of [...subgraphs].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(JSON.stringify([name, url, sdl, provider.code]));
  }
  return hash.digest('base64url').slice(0, 22);
}

function implementationsOf(schema: Schema): Implementations {
  const implementing = schema.types().filter((type) => isObjectType(type) || isInterfaceType(type));
  return new Map(implementing.map((type) => [type.name, type.interfaces().map((one) => one.name)]));
}
