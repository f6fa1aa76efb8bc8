export {
  type CatalogueResource,
  readCatalogue,
} from './catalogue.ts';
export {
  checkSubgraph,
  type Finding,
  finding,
  mismatchFinding,
  type SeenOperation,
  urlFinding,
} from './check/index.ts';
export type { CompositionProblem } from './compose.ts';
export type { CostModel, ListSize } from './cost-model.ts';
export type { SchemaChange } from './diff.ts';
export { openPublication } from './open-publication.ts';
export type { Prepared } from './prepare.ts';
export { type Publication, type PublicationResult, publish, revivePublication } from './publication.ts';
export type { Provider, SharingIndex, SharingRule, Source, Subgraph } from './rules.ts';
export { buildSupergraph } from './supergraph.ts';
export { type Composer, openComposer } from './thread/composer.ts';
export type { Composed } from './thread/messages.ts';
