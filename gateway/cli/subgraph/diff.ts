import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, fromHere, print, readOptions, UsageError } from '../command.ts';
import { withProgress } from '../progress.ts';
import { table } from '../table.ts';
import { numberOf } from './move.ts';
import { Change } from './report.ts';

const Versions = z.object({
  subgraph: z.object({
    live: z.object({ number: z.number() }).nullable(),
    versions: z.array(z.object({ number: z.number() })),
  }),
});
const Diff = z.object({ subgraphDiff: z.array(Change) });
const Checked = z.object({ checkSubgraph: z.object({ diff: z.array(Change) }) });

export const diffCommand: Command = {
  summary: '比较版本 what changes between versions',
  usage: [
    'liancha subgraph diff --name <name> [--from <n>] [--to <n>] [--json]   两个版本 two versions; by default the live one and the one before',
    'liancha subgraph diff --name <name> --schema <file> [--json]           在线版本与文件 the live version and a file',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      name: { type: 'string' },
      schema: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      department: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { name, schema, department } = values;
    if (name === undefined) throw new UsageError('--name 必填 is required');
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, { subgraph: name, ...(department && { department }) });
    const work =
      schema === undefined
        ? betweenVersions(gateway, token, name, numberOf(values.from, '--from'), numberOf(values.to, '--to'))
        : againstFile(gateway, token, name, readFileSync(fromHere(schema), 'utf8'));
    const changes = await withProgress(`${name}：比较中 comparing…`, work);
    if (values.json) print(JSON.stringify(changes));
    else if (changes.length === 0) print(`${name}：没有变化 nothing changes`);
    else
      print(
        table(
          ['影响 criticality', '坐标 coordinate', '变化 change'],
          changes.map((one) => [one.criticality, one.coordinate, one.message]),
        ),
      );
    return 0;
  },
};

async function betweenVersions(
  gateway: string,
  token: string,
  name: string,
  from: number | undefined,
  to: number | undefined,
) {
  const query = 'query ($name: ID!) { subgraph(name: $name) { live { number } versions { number } } }';
  const { subgraph } = await askExchange(gateway, token, query, { name }, Versions);
  const latest = to ?? subgraph.live?.number ?? subgraph.versions[0]?.number ?? 1;
  const earlier = from ?? subgraph.versions.find(({ number }) => number < latest)?.number ?? latest;
  const diff =
    'query ($name: ID!, $from: Int!, $to: Int!) { subgraphDiff(name: $name, from: $from, to: $to) { criticality coordinate message } }';
  const variables = { name, from: earlier, to: latest };
  return (await askExchange(gateway, token, diff, variables, Diff)).subgraphDiff;
}

async function againstFile(gateway: string, token: string, name: string, sdl: string) {
  const query =
    'mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { diff { criticality coordinate message } } }';
  return (await askExchange(gateway, token, query, { input: { name, sdl } }, Checked)).checkSubgraph.diff;
}
