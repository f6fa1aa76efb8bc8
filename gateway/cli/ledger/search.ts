import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { oneLine } from '../terminal.ts';

const Named = z.object({ code: z.string(), name: z.string() }).nullable();
const Disclosure = z.object({
  id: z.string(),
  ledger: z.string(),
  record: z.number(),
  time: z.string(),
  department: Named,
  operator: z.string().nullable(),
  use: z.string().nullable(),
  matter: z.string().nullable(),
  operationName: z.string().nullable(),
  rows: z.number(),
  decisions: z.array(
    z.object({
      coordinate: z.string(),
      effect: z.string(),
      code: z.string().nullable(),
      provider: Named,
      policies: z.array(z.string()),
    }),
  ),
  grants: z.array(z.string()),
  calls: z.array(z.object({ subgraph: z.string(), outcome: z.string() })),
  errors: z.array(z.string()),
  refusals: z.object({ count: z.number(), callers: z.number() }).nullable(),
});
type Disclosure = z.infer<typeof Disclosure>;
const Page = z.object({
  edges: z.array(z.object({ node: Disclosure })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
const Found = z.union([
  z.object({ disclosures: Page }).transform((one) => one.disclosures),
  z.object({ personDisclosures: Page }).transform((one) => one.personDisclosures),
]);

const FIELDS = `{
  edges { node {
    id ledger record time department { code name } operator use matter operationName rows grants errors refusals { count callers }
    decisions { coordinate effect code provider { code name } policies } calls { subgraph outcome }
  } }
  pageInfo { hasNextPage endCursor }
}`;
const ALL = `query ($view: DisclosureView, $filter: DisclosureFilter, $first: Int, $after: String) {
  disclosures(view: $view, filter: $filter, first: $first, after: $after) ${FIELDS} }`;
const PERSON = `query ($subject: ID!, $request: String!, $filter: DisclosureFilter, $first: Int, $after: String) {
  personDisclosures(subject: $subject, matter: $request, filter: $filter, first: $first, after: $after) ${FIELDS} }`;

const FILTERS = [
  'id',
  'department',
  'provider',
  'operator',
  'use',
  'matter',
  'coordinate',
  'since',
  'until',
] as const;

export const searchLedgerCommand: Command = {
  summary: '检索披露记录：谁为何用途用了什么 who used what, for what (by the exchange API)',
  usage: [
    'liancha ledger search [--view used|provided|all] [--department <code>] [--provider <code>] [--operator <id>]',
    '    [--use <USE>] [--matter <number>] [--coordinate <Type.field>] [--id <receipt>] [--since <day>] [--until <day>]',
    '    [--first <n>] [--after <cursor>] [--as <department>] [--json]',
    'liancha ledger search --person <file or -> --request <number> …',
    '  --person   其中为身份证件号码，- 为标准输入（不写在命令行上）holds the ID number; never on the command line itself',
    '  --request  本人申请的编号 number of the person’s request; the lookup is recorded under it',
  ].join('\n'),
  async run(parameters) {
    const text = { type: 'string' } as const;
    const values = readOptions(parameters, {
      id: text,
      department: text,
      provider: text,
      operator: text,
      use: text,
      matter: text,
      coordinate: text,
      since: text,
      until: text,
      view: text,
      person: text,
      request: text,
      first: text,
      after: text,
      as: text,
      json: { type: 'boolean', default: false },
    });
    const { person, request } = values;
    if ((person === undefined) !== (request === undefined)) throw new UsageError('--person … --request …');
    const filter = Object.fromEntries(FILTERS.map((name) => [name, values[name]]));
    const url = gatewayUrl(process.env);
    const token = await login(process.env, url, values.as === undefined ? {} : { department: values.as });
    const variables = {
      filter,
      first: values.first === undefined ? undefined : Number(values.first),
      after: values.after,
      view: values.view?.toUpperCase(),
      ...(person !== undefined && {
        subject: readFileSync(person === '-' ? 0 : person, 'utf8').trim(),
        request,
      }),
    };
    const found = await askExchange(url, token, person === undefined ? ALL : PERSON, variables, Found);
    const nodes = found.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify({ disclosures: nodes, pageInfo: found.pageInfo }));
    else {
      for (const node of nodes) print(describe(node));
      if (found.pageInfo.hasNextPage) print(`--after ${found.pageInfo.endCursor}`);
    }
    return 0;
  },
};

function describe(one: Disclosure): string {
  const { time, department, operator, use, matter, rows, refusals } = one;
  const errors = refusals
    ? one.errors.map((code) => `${code} × ${refusals.count} (${refusals.callers} 个来源 callers)`)
    : one.errors;
  const head = [time, department?.name ?? '—', operator ?? '—', use ?? '—', matter ?? '—', `${rows} 行 rows`];
  const lines = one.decisions.map(({ coordinate, effect, code, provider }) =>
    `    ${effect.padEnd(6)} ${coordinate.padEnd(36)} ${provider?.name ?? ''} ${code ?? ''}`.trimEnd(),
  );
  return [`${one.id}  ${[...head, ...errors].map(oneLine).join('  ')}`, ...lines].join('\n');
}
