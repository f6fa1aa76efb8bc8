import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askExchange, ClientError, gatewayUrl, login } from '../client.ts';
import { type Command, parseOptions, print, UsageError } from '../command.ts';

const Version = z.object({
  version: z.number(),
  what: z.string(),
  at: z.string(),
  reason: z.string().nullable(),
});
const Entry = z.object({
  code: z.string(),
  status: z.string(),
  version: z.number(),
  name: z.string(),
  classification: z.string(),
  abstract: z.string(),
  format: z.string(),
  methods: z.array(z.string()),
  updatePeriod: z.string(),
  publishedOn: z.string().nullable(),
  open: z.boolean(),
  openCondition: z.string().nullable(),
  related: z.array(z.string()),
  base: z.string().nullable(),
  theme: z.string().nullable(),
  class: z.string(),
  provider: z.object({ code: z.string(), name: z.string() }),
  subgraph: z.string().nullable(),
  type: z.string().nullable(),
  lastUpdated: z.string().nullable(),
  freshness: z.string(),
  items: z.array(
    z.object({
      coordinate: z.string().nullable(),
      name: z.string(),
      type: z.string(),
      length: z.number().nullable(),
      class: z.string(),
      condition: z.string().nullable(),
      basic: z.boolean(),
    }),
  ),
  history: z.object({ edges: z.array(z.object({ node: Version })) }),
});
const Found = z.object({ catalogueEntry: Entry.nullable() });

const QUERY = `query ($code: ID!) {
  catalogueEntry(code: $code) {
    code status version name classification abstract format methods updatePeriod publishedOn open openCondition
    related base theme class provider { code name } subgraph type lastUpdated freshness
    items { coordinate name type length class condition basic }
    history(first: 20) { edges { node { version what at reason } } }
  }
}`;

export const showCommand: Command = {
  summary: '一个目录条目的全部要素与沿革 all elements of an entry, and its history',
  usage: 'liancha catalogue show <code> [--json]',
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: { json: { type: 'boolean', default: false } },
      }),
    );
    const [code] = positionals;
    if (code === undefined || positionals.length > 1) throw new UsageError('请给出一个代码 name one code');
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, {});
    const { catalogueEntry: entry } = await askExchange(gateway, token, QUERY, { code }, Found);
    if (!entry)
      throw new ClientError(`没有目录条目 ${code}，可用 catalogue search 查找。 There is no entry ${code}.`);
    if (values.json) print(JSON.stringify(entry));
    else printAll(entry);
    return 0;
  },
};

function printAll(entry: z.infer<typeof Entry>): void {
  const line = (name: string, value: string | null): void => print(`${name.padEnd(16, '　')}${value ?? '—'}`);
  line('信息资源名称', `${entry.name}（${entry.status}，第 ${entry.version} 版）`);
  line('信息资源代码', entry.code);
  line('信息资源分类', entry.classification);
  line('信息资源提供方', `${entry.provider.name} ${entry.provider.code}`);
  line('信息资源摘要', entry.abstract);
  line('信息资源格式', entry.format);
  line('共享类型', entry.class);
  line('共享方式', entry.methods.join(' '));
  line('开放属性', entry.open ? (entry.openCondition ?? '开放 open') : '不开放 not open');
  line('更新周期', `${entry.updatePeriod}，${entry.freshness} ${entry.lastUpdated ?? ''}`);
  line('发布日期', entry.publishedOn);
  line('关联资源代码', entry.related.join(' ') || null);
  print('');
  for (const one of entry.items) {
    const length = one.length === null ? '' : `(${one.length})`;
    print(
      `  ${one.name}  ${one.type}${length}  ${one.class}  ${one.coordinate ?? ''}  ${one.condition ?? ''}`,
    );
  }
  print('');
  for (const { node } of entry.history.edges)
    print(`  ${node.at}  第 ${node.version} 版  ${node.what}  ${node.reason ?? ''}`);
}
