import type { SharingClass } from '../words.ts';
import { owns, sharingOf } from './check/catalogue-rules.ts';
import { type Model, type ModelField, type ModelType, readModel } from './check/model.ts';
import type { Provider, Subgraph } from './rules.ts';

/** An information item (信息项) of the catalogue. */
export interface CatalogueItem {
  readonly coordinate: string;
  readonly name: string;
  readonly type: string;
  readonly length: number | null;
  readonly class: SharingClass;
  /** 共享条件, or the basis of withholding. */
  readonly condition: string | null;
  readonly basic: boolean;
}

/** A catalogue entry (政务信息资源), as the subgraph that publishes it declares it. */
export interface CatalogueResource {
  readonly code: string | null;
  readonly name: string;
  readonly classification: string;
  readonly abstract: string;
  readonly format: string;
  readonly methods: readonly string[];
  readonly updatePeriod: string;
  readonly publishedOn: string | null;
  readonly open: boolean;
  readonly openCondition: string | null;
  readonly related: readonly string[];
  readonly base: string | null;
  readonly theme: string | null;
  readonly provider: Provider;
  readonly subgraph: string;
  readonly type: string;
  readonly items: readonly CatalogueItem[];
}

/** The catalogue (政务信息资源目录) of what is live, read from the published schemas: never typed twice (Measures Art. 7). */
export function readCatalogue(
  subgraphs: readonly Subgraph[],
  classOf: (coordinate: string) => SharingClass,
): CatalogueResource[] {
  return subgraphs.flatMap((subgraph) => {
    const model = readModel(subgraph);
    return [...model.types.values()].flatMap((type) => resourceOf(model, type, classOf));
  });
}

function resourceOf(
  { subgraph }: Model,
  type: ModelType,
  classOf: (coordinate: string) => SharingClass,
): CatalogueResource[] {
  const resource = type.sharing('resource');
  if (!resource) return [];
  const text = (name: string): string => textOf(resource[name]) ?? '';
  const list = (name: string): string[] => (Array.isArray(resource[name]) ? resource[name].map(String) : []);
  return [
    {
      code: textOf(resource.code),
      name: text('name'),
      classification: text('classification'),
      abstract: text('abstract'),
      format: text('format'),
      methods: list('methods'),
      updatePeriod: text('updatePeriod'),
      publishedOn: textOf(resource.publishedOn),
      open: resource.open === true,
      openCondition: textOf(resource.openCondition),
      related: list('related'),
      base: textOf(resource.base),
      theme: textOf(resource.theme),
      provider: subgraph.provider,
      subgraph: subgraph.name,
      type: type.name,
      items: type.fields
        .filter((field) => owns(type, field))
        .flatMap((field) => itemOf(type, field, classOf)),
    },
  ];
}

function itemOf(
  type: ModelType,
  field: ModelField,
  classOf: (coordinate: string) => SharingClass,
): CatalogueItem[] {
  const item = field.sharing('item');
  if (!item) return [];
  const sharing = sharingOf(type, field);
  return [
    {
      coordinate: field.coordinate,
      name: textOf(item.name) ?? field.name,
      type: textOf(item.type) ?? 'C',
      length: typeof item.length === 'number' ? item.length : null,
      class: classOf(field.coordinate),
      condition: textOf(sharing?.condition) ?? textOf(sharing?.basis),
      basic: item.basic === true,
    },
  ];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

export interface CatalogueFilter {
  readonly search?: string | null;
  readonly class?: SharingClass | null;
  readonly provider?: string | null;
  readonly base?: string | null;
  readonly theme?: string | null;
  readonly updatePeriod?: string | null;
}

/** Entries in which every word of the search stands, in the entry itself, its items or its provider. */
export function searchCatalogue(
  catalogue: readonly CatalogueResource[],
  filter: CatalogueFilter,
): CatalogueResource[] {
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = (wanted: string | null | undefined, ...actual: (string | null)[]): boolean =>
    wanted === null || wanted === undefined || actual.includes(wanted);
  return catalogue.filter((one) => {
    const text = [one.code, one.name, one.classification, one.abstract, one.provider.name, one.type]
      .concat(one.items.flatMap((item) => [item.name, item.coordinate]))
      .join('\n')
      .toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      isWanted(filter.class, ...one.items.map((item) => item.class)) &&
      isWanted(filter.provider, one.provider.code, one.provider.name) &&
      isWanted(filter.base, one.base) &&
      isWanted(filter.theme, one.theme) &&
      isWanted(filter.updatePeriod, one.updatePeriod)
    );
  });
}
