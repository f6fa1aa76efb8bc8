import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, parseOptions, print } from '../command.ts';

const Item = z.object({
  coordinate: z.string(),
  name: z.string(),
  type: z.string(),
  length: z.number().nullable(),
  class: z.string(),
  condition: z.string().nullable(),
  basic: z.boolean(),
});
const Resource = z.object({
  code: z.string().nullable(),
  name: z.string(),
  classification: z.string(),
  abstract: z.string(),
  format: z.string(),
  methods: z.array(z.string()),
  updatePeriod: z.string(),
  publishedOn: z.string().nullable(),
  open: z.boolean(),
  base: z.string().nullable(),
  provider: z.object({ code: z.string(), name: z.string() }),
  items: z.array(Item),
});
const Found = z.object({ catalogue: z.array(Resource) });
type Resource = z.infer<typeof Resource>;

const QUERY = `query ($search: String, $class: SharingClass, $provider: String) {
  catalogue(search: $search, class: $class, provider: $provider) {
    code name classification abstract format methods updatePeriod publishedOn open base
    provider { code name }
    items { coordinate name type length class condition basic }
  }
}`;

async function find(
  search: string | undefined,
  filter: Record<string, unknown>,
): Promise<readonly Resource[]> {
  const gateway = gatewayUrl(process.env);
  const token = await login(process.env, gateway, {});
  return (await askExchange(gateway, token, QUERY, { search, ...filter }, Found)).catalogue;
}

function read(parameters: readonly string[]) {
  return parseOptions(() =>
    parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        class: { type: 'string' },
        provider: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
}

export const searchCommand: Command = {
  summary: '检索信息资源目录 finds entries of the catalogue',
  usage:
    'liancha catalogue search [words…] [--class UNCONDITIONAL|CONDITIONAL|WITHHELD] [--provider <code or name>] [--json]',
  async run(parameters) {
    const { values, positionals } = read(parameters);
    const found = await find(positionals.join(' '), { class: values.class, provider: values.provider });
    if (values.json) print(JSON.stringify(found));
    else
      for (const one of found) {
        print(`${one.code ?? '—'}  ${one.name}  ${one.provider.name}`);
        for (const item of one.items)
          print(`  ${item.coordinate.padEnd(36)} ${item.class.padEnd(14)} ${item.name}`);
      }
    return 0;
  },
};

/** Columns of the catalogue guide, one line for each item. */
const COLUMNS: readonly (readonly [string, (one: Resource, item: Resource['items'][number]) => unknown])[] = [
  ['信息资源分类', (one) => one.classification],
  ['信息资源名称', (one) => one.name],
  ['信息资源代码', (one) => one.code],
  ['信息资源提供方', (one) => one.provider.name],
  ['提供方代码', (one) => one.provider.code],
  ['信息资源摘要', (one) => one.abstract],
  ['信息资源格式', (one) => one.format],
  ['信息项名称', (_, item) => item.name],
  ['数据类型', (_, item) => item.type],
  ['数据长度', (_, item) => item.length],
  ['共享类型', (_, item) => item.class],
  ['共享条件', (_, item) => item.condition],
  ['共享方式', (one) => one.methods.join(' ')],
  ['是否向社会开放', (one) => (one.open ? '是' : '否')],
  ['更新周期', (one) => one.updatePeriod],
  ['发布日期', (one) => one.publishedOn],
];

export const exportCatalogueCommand: Command = {
  summary: '按编制指南的栏目导出目录（CSV 或 JSON）the catalogue in the guide’s columns',
  usage: 'liancha catalogue export [--json]',
  async run(parameters) {
    const { values } = read(parameters);
    const found = await find(undefined, {});
    if (values.json) print(JSON.stringify(found));
    else {
      print(COLUMNS.map(([name]) => name).join(','));
      for (const one of found)
        for (const item of one.items) print(COLUMNS.map(([, value]) => cell(value(one, item))).join(','));
    }
    return 0;
  },
};

/** RFC 4180; a leading sign that a spreadsheet would take for a formula is made text. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
