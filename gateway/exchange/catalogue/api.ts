import {
  type CatalogueFilter,
  type CatalogueResource,
  readCatalogue,
  type SharingIndex,
  type Subgraph,
  searchCatalogue,
} from '../../registry/index.ts';
import type { Resolvers } from '../module.ts';

export interface CatalogueParts {
  live(): readonly Subgraph[];
  index(): SharingIndex;
}

/** The catalogue (政务信息资源目录), as the exchange API has it. */
export function catalogueApi(parts: CatalogueParts): Resolvers {
  let kept: { readonly of: SharingIndex; readonly catalogue: readonly CatalogueResource[] } | null = null;
  /** Read once for each publication: an index belongs to one. */
  const catalogue = (): readonly CatalogueResource[] => {
    const index = parts.index();
    if (kept?.of !== index)
      kept = {
        of: index,
        catalogue: readCatalogue(parts.live(), (coordinate) => index.rule(coordinate).class),
      };
    return kept.catalogue;
  };
  return { Query: { catalogue: (_, filter: CatalogueFilter) => searchCatalogue(catalogue(), filter) } };
}
