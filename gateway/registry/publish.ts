import { parse } from 'graphql';
import type { Problems } from './compose.ts';
import { preparePublication } from './prepare.ts';
import { type Publication, revivePublication } from './publication.ts';
import type { Subgraph } from './rules.ts';
import { createSources } from './sources.ts';

export type PublicationResult = { readonly ok: true; readonly publication: Publication } | Problems;

/** Composes the subgraphs and indexes their sharing rules, all at once. `specification` is the text of `sharing.graphql`. */
export function publish(subgraphs: readonly Subgraph[], specification: string): PublicationResult {
  const result = preparePublication(subgraphs, createSources(specification));
  if (!result.ok) return result;
  const { definitions } = parse(result.prepared.consumerSdl, { noLocation: true });
  return { ok: true, publication: revivePublication({ ...result.prepared, definitions }) };
}
