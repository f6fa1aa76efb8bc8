import { readFileSync } from 'node:fs';
import { type Command, fromHere, readOptions, UsageError } from '../command.ts';
import { CHANGING, change } from './report.ts';

export const publishCommand: Command = {
  summary: '发布子图并上线 checks a subgraph, keeps it as a version, puts it live',
  usage: [
    'liancha subgraph publish --name <name> --schema <file> [--url <url>] [--reason <text>] [--force] [--no-promote] [--department <code>] [--json]',
    '  --url         服务地址；省略则与上一版相同 where the service answers; by default as before',
    '  --reason      发布理由；调整共享类型时必填 why; needed when a class changes',
    '  --force       准许近期查询失效，须有理由 accepts that operations break; needs a reason',
    '  --no-promote  只留存版本，不上线 keeps the version without putting it live',
    '  exit 0: 已发布 done; 1: 有问题，在线的未变 findings, nothing has changed; 2: 未能办理 could not be done',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      ...CHANGING,
      name: { type: 'string' },
      schema: { type: 'string' },
      url: { type: 'string' },
      force: { type: 'boolean', default: false },
      'no-promote': { type: 'boolean', default: false },
    });
    const { name, schema, url, reason, force, department } = values;
    if (name === undefined || schema === undefined)
      throw new UsageError('--name, --schema 必填 are required');
    const sdl = readFileSync(fromHere(schema), 'utf8');
    const idempotencyKey = values['idempotency-key'];
    const input = { name, sdl, url, reason, force, promote: !values['no-promote'], idempotencyKey };
    return change('publishSubgraph', 'PublishSubgraphInput', input, {
      name,
      department,
      isJson: values.json,
    });
  },
};
