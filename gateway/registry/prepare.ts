import { createHash } from 'node:crypto';
import { isInterfaceType, isObjectType, type Schema } from '@apollo/federation-internals';
import { printSchema } from 'graphql';
import { buildSupergraph, consumerTypes } from '../federation/index.ts';
import { consumerSchema, RESERVED_TYPE_NAMES } from './api-schema.ts';
import {
  type Composition,
  type CompositionProblem,
  composeSupergraph,
  type Problems,
  readSources,
  trySupergraph,
} from './compose.ts';
import type { CostEntries } from './cost-model.ts';
import { markOneOf } from './one-of.ts';
import { readCostEntries } from './read-costs.ts';
import type { SharingRule, Subgraph } from './rules.ts';
import { semanticNonNull } from './semantic-non-null.ts';
import { buildSharingIndex, type Implementations } from './sharing-index.ts';
import type { Sources } from './sources.ts';
import { elsewhere } from './zones.ts';

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

export type PreparedResult = { readonly ok: true; readonly prepared: Prepared } | Problems;

/**
 * Composes the subgraphs, unless their supergraph is known already, and indexes their sharing rules. The same for the same, in whatever
 * order they come.
 */
export function preparePublication(
  unordered: readonly Subgraph[],
  sources: Sources,
  known?: string,
): PreparedResult {
  const subgraphs = [...unordered].sort((a, b) => (a.name < b.name ? -1 : 1));
  const reading = readSources(subgraphs, sources);
  if (!reading.ok) return reading;
  const { read } = reading;
  const composed = knownSupergraph(known, subgraphs) ?? composeSupergraph(read);
  if (!composed.ok) return composed;
  const { supergraphSdl, supergraph } = composed;
  const api = supergraph.apiSchema();
  const reserved = RESERVED_TYPE_NAMES.filter((name) => api.type(name) !== undefined);
  if (reserved.length > 0) {
    const message = `The type names ${reserved.join(', ')} belong to @purpose; rename yours.`;
    return { ok: false, problems: [{ code: 'RESERVED_NAME', message }] };
  }
  const revision = revisionOf(subgraphs);
  const index = buildSharingIndex(
    revision,
    read.map(({ built }) => built),
    new Map(subgraphs.map(({ name, provider }) => [name, provider])),
    implementationsOf(supergraph.schema),
  );
  const neverPlainlyNull = semanticNonNull(read.map(({ typeDefs }) => typeDefs));
  const schema = consumerSchema(consumerTypes(supergraph), index, sources.specification, neverPlainlyNull);
  markOneOf(
    schema,
    read.map(({ typeDefs }) => typeDefs),
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

/** What of the other network there is in subgraphs: with it nothing is served here, whichever way it came. */
export function foreignProblems(subgraphs: readonly Subgraph[], sources: Sources): CompositionProblem[] {
  const { zone } = sources;
  if (zone === null) return [];
  return subgraphs.flatMap((subgraph) =>
    elsewhere(sources.model(subgraph), zone).map(({ coordinate, zones }) => {
      const message = `[${subgraph.name}] ${coordinate}: ${zones.join(', ') || '—'} ≠ ${zone}`;
      return { code: 'ZONE_ELSEWHERE', message, subgraph: subgraph.name };
    }),
  );
}

/** The supergraph as it was composed before; null where that cannot be read, or is of other subgraphs: then it is composed again. */
function knownSupergraph(known: string | undefined, subgraphs: readonly Subgraph[]): Composition | null {
  if (known === undefined) return null;
  const composed = trySupergraph(known, () => buildSupergraph(known, { isChecked: true }));
  if (!composed.ok) return null;
  const names = [...composed.supergraph.subgraphsMetadata()].map(({ name }) => name).sort();
  const isSame =
    names.join(' ') ===
    subgraphs
      .map(({ name }) => name)
      .sort()
      .join(' ');
  return isSame ? composed : null;
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
