import { z } from 'zod';
import type { CatalogueResource } from '../../registry/index.ts';
import type { Row } from '../../store/index.ts';
import { SHARING_CLASSES, type SharingClass, ZONES } from '../../words.ts';

/** Data types of the catalogue guide: 字符型 C, 数值型 N, 货币型 Y, 日期型 D, 日期时间型 T, 逻辑型 L, 备注型 M, 通用型 G, 双精度型 B, 整型 I, 浮点型 F. */
export const ITEM_TYPES = ['C', 'N', 'Y', 'D', 'T', 'L', 'M', 'G', 'B', 'I', 'F'] as const;
export const FORMATS = [
  'ELECTRONIC_FILE',
  'SPREADSHEET',
  'DATABASE',
  'IMAGE',
  'STREAMING_MEDIA',
  'SELF_DESCRIBED',
] as const;
export const METHODS = ['ONLINE_QUERY', 'BATCH_DOWNLOAD', 'SYSTEM_INTEGRATION', 'FRONT_END_MACHINE'] as const;
export const UPDATE_PERIODS = [
  'REAL_TIME',
  'DAILY',
  'WEEKLY',
  'MONTHLY',
  'QUARTERLY',
  'HALF_YEARLY',
  'YEARLY',
  'IRREGULAR',
] as const;
export const BASES = ['POPULATION', 'LEGAL_ENTITIES', 'NATURAL_RESOURCES', 'ELECTRONIC_LICENCES'] as const;

/** An information item (信息项). A draft's items have no coordinate yet. */
const Item = z.object({
  coordinate: z.string().nullable(),
  name: z.string(),
  type: z.enum(ITEM_TYPES),
  length: z.number().int().nullable(),
  class: z.enum(SHARING_CLASSES),
  condition: z.string().nullable(),
  basic: z.boolean(),
  /** 所属网络; entries from before it was an element are of this one and the other. */
  zones: z
    .array(z.enum(ZONES))
    .min(1)
    .default([...ZONES]),
});

/** The elements of the catalogue guide that a department states; the platform adds code, provider and history. */
export const Elements = z.object({
  name: z.string(),
  classification: z.string(),
  abstract: z.string(),
  format: z.enum(FORMATS),
  methods: z.array(z.enum(METHODS)),
  updatePeriod: z.enum(UPDATE_PERIODS),
  publishedOn: z.string().nullable(),
  open: z.boolean(),
  openCondition: z.string().nullable(),
  related: z.array(z.string()),
  base: z.enum(BASES).nullable(),
  theme: z.string().nullable(),
  leadDepartment: z.string().nullable(),
  items: z.array(Item),
});
export type Elements = z.infer<typeof Elements>;

/** A catalogue entry (政务信息资源) with what the platform knows of it. */
export interface Entry extends Elements {
  /** The same as `code`: entries are paged by it. */
  readonly id: string;
  readonly code: string;
  readonly status: 'DRAFT' | 'LIVE' | 'WITHDRAWN';
  readonly providerCode: string;
  readonly subgraph: string | null;
  readonly type: string | null;
  readonly version: number;
  /** 共享类型 of the whole: unconditional only if every item is; withheld only if all are. */
  readonly class: SharingClass;
  readonly lastUpdated: Date | null;
  readonly changedAt: Date;
}

const Stored = z.object({
  code: z.string(),
  status: z.enum(['DRAFT', 'LIVE', 'WITHDRAWN']),
  provider: z.string(),
  subgraph: z.string().nullable(),
  type: z.string().nullable(),
  version: z.number(),
  entry: Elements,
  last_updated: z.date().nullable(),
  changed_at: z.date(),
});

export function entryOf(row: Row): Entry {
  const { entry, provider, last_updated, changed_at, ...stored } = Stored.parse(row);
  return {
    ...entry,
    ...stored,
    id: stored.code,
    providerCode: provider,
    class: classOf(entry),
    lastUpdated: last_updated,
    changedAt: changed_at,
  };
}

function classOf({ items }: Elements): SharingClass {
  const classes = new Set(items.map((one) => one.class));
  if (classes.size === 1 && classes.has('WITHHELD')) return 'WITHHELD';
  return classes.has('CONDITIONAL') || classes.has('WITHHELD') ? 'CONDITIONAL' : 'UNCONDITIONAL';
}

/** What a published schema states of a resource. */
export function elementsOf(resource: CatalogueResource): Elements {
  return Elements.parse(resource);
}

/** What is searched of an entry. */
export function wordsOf(code: string, provider: string, type: string | null, elements: Elements): string {
  const { name, classification, abstract, theme, items } = elements;
  return [code, name, classification, abstract, theme, provider, type]
    .concat(items.flatMap((one) => [one.name, one.coordinate]))
    .filter(Boolean)
    .join('\n')
    .toLowerCase();
}
