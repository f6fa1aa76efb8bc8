import { createHash } from 'node:crypto';
import {
  buildSubgraph,
  isInterfaceType,
  isObjectType,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals';
import { printSchema } from 'graphql';
import { buildSupergraph } from '../federation/index.ts';
import { consumerSchema, RESERVED_TYPE_NAMES } from './api-schema.ts';
import { completeSdl } from './complete-sdl.ts';
import { type CompositionProblem, composeSupergraph } from './compose.ts';
import type { CostEntries } from './cost-model.ts';
import { markOneOf, withOneOf } from './one-of.ts';
import { readCostEntries } from './read-costs.ts';
import type { SharingRule, Subgraph } from './rules.ts';
import { buildSharingIndex, type Implementations } from './sharing-index.ts';

/**
 * Everything that is worked out about one state of all subgraphs, as plain data: it is made in a thread of its own, and handed
 * to the one that answers queries.
 */
export interface Prepared {
  /** Digest of everything that it was made from. */
  readonly revision: string;
  readonly supergraphSdl: string;
  /** What consumers see, with `@purpose` and the rules in the descriptions. */
  readonly consumerSdl: string;
  readonly rules: readonly SharingRule[];
  readonly costs: CostEntries;
  readonly subgraphs: readonly Subgraph[];
}

export type Problems = { readonly ok: false; readonly problems: readonly CompositionProblem[] };
export type PreparedResult = { readonly ok: true; readonly prepared: Prepared } | Problems;

/**
 * Composes the subgraphs, unless their supergraph is known already, and indexes their sharing rules. `specification` is the text of
 * `sharing.graphql`.
 */
export function preparePublication(
  subgraphs: readonly Subgraph[],
  specification: string,
  known?: string,
): PreparedResult {
  const composed = known === undefined ? composeSupergraph(subgraphs, specification) : null;
  if (composed && !composed.ok) return composed;
  const supergraphSdl = composed?.supergraphSdl ?? known ?? '';
  const built = tryBuildSupergraph(supergraphSdl);
  if (!built.ok) return built;
  const { supergraph } = built;
  const api = supergraph.apiSchema();
  const reserved = RESERVED_TYPE_NAMES.filter((name) => api.type(name) !== undefined);
  if (reserved.length > 0) {
    const message = `The type names ${reserved.join(', ')} belong to @purpose; rename yours.`;
    return { ok: false, problems: [{ code: 'RESERVED_NAME', message }] };
  }
  const revision = revisionOf(subgraphs);
  const services =
    composed?.services ??
    subgraphs.map(({ name, url, sdl }) => ({
      name,
      url,
      typeDefs: withOneOf(completeSdl(sdl, specification)),
    }));
  const index = buildSharingIndex(
    revision,
    services.map(({ name, url, typeDefs }) => buildSubgraph(name, url, typeDefs)),
    new Map(subgraphs.map(({ name, provider }) => [name, provider])),
    implementationsOf(supergraph.schema),
  );
  const schema = consumerSchema(api.toGraphQLJSSchema(), index, specification);
  markOneOf(
    schema,
    services.map(({ typeDefs }) => typeDefs),
  );
  return {
    ok: true,
    prepared: {
      revision,
      supergraphSdl,
      consumerSdl: printSchema(schema),
      rules: [...index.coordinates()],
      costs: readCostEntries(supergraph.schema),
      subgraphs,
    },
  };
}

type Built = { readonly ok: true; readonly supergraph: Supergraph } | Problems;

/** What composes may still need a feature that is not executed here; then it is not published. */
function tryBuildSupergraph(supergraphSdl: string): Built {
  try {
    return { ok: true, supergraph: buildSupergraph(supergraphSdl) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ code: 'UNSUPPORTED_FEATURE', message }] };
  }
}

/** Digest of what a publication is made of. */
export function revisionOf(subgraphs: readonly Subgraph[]): string {
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
