import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, fromHere, print, readOptions, UsageError } from '../command.ts';
import { withProgress } from '../progress.ts';
import { Finding, printFindings } from './report.ts';

const Checked = z.object({
  checkSubgraph: z.object({ ok: z.boolean(), findings: z.array(Finding) }),
});

const MUTATION = `mutation ($input: CheckSubgraphInput!) {
  checkSubgraph(input: $input) { ok findings { code coordinate article message } }
}`;

export const checkCommand: Command = {
  summary: '发布检查（试运行）checks whether a subgraph may go live; changes nothing',
  usage: [
    'liancha subgraph check --name <name> --schema <file> [--url <url>] [--reason <text>] [--force] [--department <code>] [--json]',
    '  LIANCHA_URL    网关地址 the gateway, by default http://127.0.0.1:4000',
    '  LIANCHA_TOKEN  部门令牌 a token; not needed at a demonstration gateway',
    '  --url          服务地址：检查其地址与运行中的模式 judges the address, and compares the schema that runs there',
    '  --reason       调整共享类型的理由 why a class changes',
    '  --force        准许近期查询失效，须有理由 accepts that operations break; needs a reason',
    '  exit 0: 无问题 clean; 1: 有问题 findings; 2: 未能检查 could not be checked',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      name: { type: 'string' },
      schema: { type: 'string' },
      url: { type: 'string' },
      reason: { type: 'string' },
      force: { type: 'boolean', default: false },
      department: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { name, schema, url, reason, force, department } = values;
    if (name === undefined || schema === undefined)
      throw new UsageError('--name, --schema 必填 are required');
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, { subgraph: name, ...(department && { department }) });
    const input = { name, sdl: readFileSync(fromHere(schema), 'utf8'), url, reason, force };
    const asking = askExchange(gateway, token, MUTATION, { input }, Checked);
    const { checkSubgraph } = await withProgress(`${name}：检查中 checking…`, asking);
    const { ok, findings } = checkSubgraph;
    if (values.json) print(JSON.stringify({ ok, findings }));
    else if (ok) print(`${name}：可以发布 may go live`);
    else {
      printFindings(findings);
      print(`\n${name}：${findings.length} 处须改正 to be mended`);
    }
    return ok ? 0 : 1;
  },
};
