export type { CatalogueResource } from './catalogue.ts';
export { type Finding, finding } from './check/finding.ts';
export {
  ASPECTS,
  type Aspect,
  type Effect,
  type OwnedChange,
  type OwnedChanges,
  type OwnerRow,
  type Ownership,
  UNCHANGED,
} from './check/ownership/index.ts';
export { urlFinding } from './check/reach.ts';
export type { SeenOperation } from './check/seen-operation.ts';
export type { CompositionProblem } from './compose.ts';
export type { CostModel, ListSize } from './cost-model.ts';
export type { SchemaChange } from './diff.ts';
export { openPublication } from './open-publication.ts';
export type { Prepared } from './prepare.ts';
export {
  type Composer,
  type ComposerOptions,
  openComposer,
  type PreparedForServing,
} from './process/composer.ts';
export type { Fault, Rehearse } from './process/composing.ts';
export type { Composed } from './process/messages.ts';
export { NotCarriedOut } from './process/not-carried-out.ts';
export { type Publication, revivePublication } from './publication.ts';
export type { Provider, SharingIndex, SharingRule, Source, Subgraph } from './rules.ts';
