import { SHARING_CLASSES, type SharingClass, type Zone } from '../words.ts';
import { owns, sharingOf } from './check/catalogue-rules.ts';
import type { Model, ModelField, ModelType } from './check/model.ts';
import type { Provider } from './rules.ts';
import { zonesOf } from './zones.ts';

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
  /** 所属网络: the networks in which it is served. */
  readonly zones: readonly Zone[];
}

/** A catalogue entry (政务信息资源), as the subgraph that publishes it declares it. */
export interface CatalogueResource {
  /** As the schema states it; the platform issues one where it states none. */
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
  readonly leadDepartment: string | null;
  readonly provider: Provider;
  readonly subgraph: string;
  readonly type: string;
  readonly items: readonly CatalogueItem[];
}

/**
 * The catalogue (政务信息资源目录) of schemas: never typed twice (Measures Art. 7). `classOf` gives the class in which an item is
 * shared, all subgraphs considered; without it the class is the one that the schema itself states.
 */
export function readCatalogue(models: readonly Model[], classOf?: ClassOf): CatalogueResource[] {
  return models.flatMap((model) =>
    [...model.types.values()].flatMap((type) => resourceOf(model, type, classOf)),
  );
}

type ClassOf = ((coordinate: string) => SharingClass) | undefined;

function resourceOf({ subgraph }: Model, type: ModelType, classOf: ClassOf): CatalogueResource[] {
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
      leadDepartment: textOf(resource.leadDepartment),
      provider: subgraph.provider,
      subgraph: subgraph.name,
      type: type.name,
      items: type.fields
        .filter((field) => owns(type, field))
        .flatMap((field) => itemOf(type, field, classOf)),
    },
  ];
}

function itemOf(type: ModelType, field: ModelField, classOf: ClassOf): CatalogueItem[] {
  const item = field.sharing('item');
  if (!item) return [];
  const sharing = sharingOf(type, field);
  return [
    {
      coordinate: field.coordinate,
      name: textOf(item.name) ?? field.name,
      type: textOf(item.type) ?? 'C',
      length: typeof item.length === 'number' ? item.length : null,
      class: classOf?.(field.coordinate) ?? statedClass(sharing?.class),
      condition: textOf(sharing?.condition) ?? textOf(sharing?.basis),
      basic: item.basic === true,
      zones: zonesOf(sharing?.zones),
    },
  ];
}

function statedClass(value: unknown): SharingClass {
  return SHARING_CLASSES.find((one) => one === value) ?? 'WITHHELD';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
