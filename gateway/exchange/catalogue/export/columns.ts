import type { SharingClass, Zone } from '../../../words.ts';
import type { Elements, Entry } from '../entry.ts';

type Item = Elements['items'][number];

/** One line of the guide's table: an entry with one of its items. */
export interface Line {
  readonly entry: Entry;
  readonly item: Item;
  readonly providerName: string;
}

const CLASSES: Readonly<Record<SharingClass, string>> = {
  UNCONDITIONAL: '无条件共享',
  CONDITIONAL: '有条件共享',
  WITHHELD: '不予共享',
};
const NETWORKS: Readonly<Record<Zone, string>> = { INTRANET: '内网', EXTRANET: '外网' };
const FORMATS: Readonly<Record<Elements['format'], string>> = {
  ELECTRONIC_FILE: '电子文件',
  SPREADSHEET: '电子表格',
  DATABASE: '数据库',
  IMAGE: '图形图像',
  STREAMING_MEDIA: '流媒体',
  SELF_DESCRIBED: '自描述格式',
};
const METHODS: Readonly<Record<Elements['methods'][number], string>> = {
  ONLINE_QUERY: '联机查询',
  BATCH_DOWNLOAD: '批量下载',
  SYSTEM_INTEGRATION: '系统对接',
  FRONT_END_MACHINE: '前置机',
};
const PERIODS: Readonly<Record<Elements['updatePeriod'], string>> = {
  REAL_TIME: '实时',
  DAILY: '每日',
  WEEKLY: '每周',
  MONTHLY: '每月',
  QUARTERLY: '每季度',
  HALF_YEARLY: '每半年',
  YEARLY: '每年',
  IRREGULAR: '不定期',
};
const ITEM_TYPES: Readonly<Record<Item['type'], string>> = {
  C: '字符型C',
  N: '数值型N',
  Y: '货币型Y',
  D: '日期型D',
  T: '日期时间型T',
  L: '逻辑型L',
  M: '备注型M',
  G: '通用型G',
  B: '双精度型B',
  I: '整型I',
  F: '浮点型F',
};

/** The columns of the catalogue guide (政务信息资源目录编制指南（试行）), in its order. */
export const COLUMNS: readonly (readonly [title: string, value: (line: Line) => string | number | null])[] = [
  ['信息资源分类', ({ entry }) => entry.classification],
  ['信息资源名称', ({ entry }) => entry.name],
  ['信息资源代码', ({ entry }) => entry.code],
  ['信息资源提供方', ({ providerName }) => providerName],
  ['信息资源提供方代码', ({ entry }) => entry.providerCode],
  ['信息资源摘要', ({ entry }) => entry.abstract],
  ['信息资源格式', ({ entry }) => FORMATS[entry.format]],
  ['信息项名称', ({ item }) => item.name],
  ['数据类型', ({ item }) => ITEM_TYPES[item.type]],
  ['数据长度', ({ item }) => item.length],
  ['共享类型', ({ item }) => CLASSES[item.class]],
  ['共享条件', ({ item }) => item.condition],
  ['共享方式', ({ entry }) => `共享平台方式（${entry.methods.map((one) => METHODS[one]).join('、')}）`],
  ['是否向社会开放', ({ entry }) => (entry.open ? '是' : '否')],
  ['开放条件', ({ entry }) => entry.openCondition],
  ['更新周期', ({ entry }) => PERIODS[entry.updatePeriod]],
  ['发布日期', ({ entry }) => entry.publishedOn],
  ['关联资源代码', ({ entry }) => entry.related.join('、') || null],
  // Beyond the guide: Measures Art. 11.
  ['所属网络', ({ item }) => item.zones.map((one) => NETWORKS[one]).join('、')],
];

export function linesOf(entries: readonly Entry[], nameOf: (code: string) => string): Line[] {
  return entries.flatMap((entry) =>
    entry.items.map((item) => ({ entry, item, providerName: nameOf(entry.providerCode) })),
  );
}
