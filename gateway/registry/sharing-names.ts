import type { Schema } from '@apollo/federation-internals';

/** Identity of the sharing specification (`schema/sharing.graphql`) in `@link(url:)`. */
export const SHARING_IDENTITY = 'https://liancha.example/sharing';

const DIRECTIVES = ['sharing', 'resource', 'item', 'subject', 'mask', 'authoritative'] as const;

/** What the sharing directives are called in one subgraph: `@link` may rename them. */
export type SharingNames = Readonly<Record<(typeof DIRECTIVES)[number], string>>;

/**
 * The names under which a subgraph imported the sharing directives; null when it links no version 1 of the
 * specification. Directives that merely look like ours then mean nothing, and the subgraph is unclassified.
 */
export function sharingNames(schema: Schema): SharingNames | null {
  const feature = schema.coreFeatures?.getByIdentity(SHARING_IDENTITY);
  if (feature?.url.version.major !== 1) return null;
  const entries = DIRECTIVES.map((name) => [name, feature.directiveNameInSchema(name)] as const);
  return Object.fromEntries(entries) as SharingNames;
}
