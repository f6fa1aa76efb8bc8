import type { Subgraph as FederationSubgraph } from '@apollo/federation-internals';
import { type DocumentNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { buildSubgraph } from '../federation/index.ts';
import type { Zone } from '../words.ts';
import { type Model, type ModelType, readTypes } from './check/model.ts';
import { completeSdl } from './complete-sdl.ts';
import { withoutMachinery } from './machinery.ts';
import { withOneOf } from './one-of.ts';
import type { Subgraph } from './rules.ts';

/** A subgraph with its SDL complete, parsed and built. */
export interface Source {
  readonly typeDefs: DocumentNode;
  readonly built: FederationSubgraph;
}

/**
 * What subgraphs' SDLs say, read once: of fifty subgraphs a publication changes one. All of it is only read by whoever gets it.
 */
export interface Sources {
  /** The text of `sharing.graphql`. */
  readonly specification: string;
  /** The network for which it is composed; null where it is for none in particular. */
  readonly zone: Zone | null;
  /** Throws what the parser and the federation library throw. */
  source(subgraph: Subgraph): Source;
  /** Throws what the parser throws. */
  model(subgraph: Subgraph): Model;
  /** What is written in it, without what federation's libraries print. Throws what the parser throws. */
  document(subgraph: Subgraph): DocumentNode;
}

/** Characters of SDL of which it is kept what they say: live subgraphs, and a few of their other versions. It takes fifty times the memory. */
const KEPT = 4_000_000;

/** Far more tokens than a real department's schema has. */
const MOST_TOKENS = 300_000;

export function createSources(specification: string, zone: Zone | null = null): Sources {
  const keptFor = { maxSize: KEPT, sizeCalculation: (_: object, sdl: string) => sdl.length + 1 };
  const documents = new LRUCache<string, DocumentNode>(keptFor);
  const models = new LRUCache<string, ReadonlyMap<string, ModelType>>(keptFor);
  const sources = new LRUCache<string, Source>(keptFor);
  const keep = <T extends object>(kept: LRUCache<string, T>, key: string, make: () => T): T => {
    const known = kept.get(key);
    if (known) return known;
    const made = make();
    kept.set(key, made);
    return made;
  };
  const document = (sdl: string, limits: { readonly maxTokens?: number }): DocumentNode =>
    keep(documents, sdl, () => withoutMachinery(parse(sdl, { ...limits, noLocation: true })));
  return {
    specification,
    zone,
    document: ({ sdl }) => document(sdl, { maxTokens: MOST_TOKENS }),
    source: ({ name, url, sdl }) =>
      keep(sources, JSON.stringify([name, url, sdl]), () => {
        const typeDefs = withOneOf(completeSdl(document(sdl, {}), specification));
        return { typeDefs, built: buildSubgraph(name, url, typeDefs) };
      }),
    model: (subgraph) => ({
      subgraph,
      types: keep(models, subgraph.sdl, () => readTypes(document(subgraph.sdl, { maxTokens: MOST_TOKENS }))),
    }),
  };
}
