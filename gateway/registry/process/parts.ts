import { type DefinitionNode, parse } from 'graphql';
import type { CatalogueResource } from '../catalogue.ts';
import type { SharingRule } from '../rules.ts';

/** What is large of a publication, as far as it is handed over at a time. */
export type Part =
  | { readonly kind: 'rules'; readonly rules: readonly SharingRule[] }
  | { readonly kind: 'definitions'; readonly sdl: string }
  | { readonly kind: 'catalogue'; readonly resources: readonly CatalogueResource[] };

/** All parts together. */
export interface Whole {
  readonly rules: readonly SharingRule[];
  /** What consumers see. */
  readonly definitions: readonly DefinitionNode[];
  readonly catalogue: readonly CatalogueResource[];
}

/** Each is taken in a few milliseconds. */
const RULES = 250;
const RESOURCES = 20;
const CHARACTERS = 32_768;

export function* partsOf(
  rules: readonly SharingRule[],
  sdl: string,
  catalogue: readonly CatalogueResource[],
): Generator<Part> {
  for (let at = 0; at < rules.length; at += RULES)
    yield { kind: 'rules', rules: rules.slice(at, at + RULES) };
  for (let at = 0; at < catalogue.length; at += RESOURCES)
    yield { kind: 'catalogue', resources: catalogue.slice(at, at + RESOURCES) };
  let from = 0;
  for (const { loc } of parse(sdl).definitions) {
    const end = loc?.end ?? 0;
    if (end - from < CHARACTERS) continue;
    yield { kind: 'definitions', sdl: sdl.slice(from, end) };
    from = end;
  }
  if (sdl.slice(from).trim() !== '') yield { kind: 'definitions', sdl: sdl.slice(from) };
}

/** Puts the parts together, one in each turn of the event loop: queries are answered in between. */
export async function wholeOf(parts: readonly Part[]): Promise<Whole> {
  const rules: SharingRule[] = [];
  const definitions: DefinitionNode[] = [];
  const catalogue: CatalogueResource[] = [];
  for (const part of parts) {
    if (part.kind === 'rules') rules.push(...part.rules);
    else if (part.kind === 'catalogue') catalogue.push(...part.resources);
    else definitions.push(...parse(part.sdl, { noLocation: true }).definitions);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { rules, definitions, catalogue };
}
