import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, parseOptions, print } from '../command.ts';

const Resource = z.object({
  code: z.string(),
  status: z.string(),
  name: z.string(),
  classification: z.string(),
  class: z.string(),
  updatePeriod: z.string(),
  freshness: z.string(),
  provider: z.object({ code: z.string(), name: z.string() }),
  items: z.array(z.object({ coordinate: z.string().nullable(), name: z.string(), class: z.string() })),
});
type Resource = z.infer<typeof Resource>;
const Found = z.object({
  catalogue: z.object({
    edges: z.array(z.object({ node: Resource })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const QUERY = `query ($search: String, $class: SharingClass, $provider: String, $base: BaseLibrary, $theme: String,
    $updatePeriod: UpdatePeriod, $status: CatalogueStatus, $after: String) {
  catalogue(search: $search, class: $class, provider: $provider, base: $base, theme: $theme,
      updatePeriod: $updatePeriod, status: $status, first: 100, after: $after) {
    edges { node { code status name classification class updatePeriod freshness provider { code name }
      items { coordinate name class } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const FILTERS = {
  class: { type: 'string' },
  provider: { type: 'string' },
  base: { type: 'string' },
  theme: { type: 'string' },
  'update-period': { type: 'string' },
  status: { type: 'string' },
} as const;

export const searchCommand: Command = {
  summary: '检索信息资源目录 finds entries of the catalogue',
  usage:
    'liancha catalogue search [words…] [--class UNCONDITIONAL|CONDITIONAL|WITHHELD] [--provider <code or name>] [--base <library>] [--theme <theme>] [--update-period DAILY…] [--status DRAFT|LIVE|WITHDRAWN] [--json]',
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: { ...FILTERS, json: { type: 'boolean', default: false } },
      }),
    );
    const { json, 'update-period': updatePeriod, ...filter } = values;
    const found = await findAll({ ...filter, updatePeriod, search: positionals.join(' ') });
    if (json) print(JSON.stringify(found));
    else for (const one of found) printEntry(one);
    return 0;
  },
};

async function findAll(filter: Record<string, unknown>): Promise<Resource[]> {
  const gateway = gatewayUrl(process.env);
  const token = await login(process.env, gateway, {});
  const found: Resource[] = [];
  let after: string | null = null;
  do {
    const { catalogue }: z.infer<typeof Found> = await askExchange(
      gateway,
      token,
      QUERY,
      { ...filter, after },
      Found,
    );
    found.push(...catalogue.edges.map(({ node }) => node));
    after = catalogue.pageInfo.hasNextPage ? catalogue.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

function printEntry(one: Resource): void {
  print(`${one.code}  ${one.name}  ${one.provider.name}  ${one.updatePeriod} ${one.freshness}`);
  for (const item of one.items)
    print(`  ${(item.coordinate ?? '—').padEnd(36)} ${item.class.padEnd(14)} ${item.name}`);
}
