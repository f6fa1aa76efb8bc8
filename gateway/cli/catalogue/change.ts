import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { askAs } from '../ask.ts';
import { type Command, fromHere, print, readOptions, UsageError } from '../command.ts';

const Drafted = z.object({ saveCatalogueDraft: z.object({ code: z.string(), version: z.number() }) });

export const draftCommand: Command = {
  summary: '目录草案：在服务之前编制，发给代码 a draft before any service exists; issues its code',
  usage:
    'liancha catalogue draft --file <elements.yaml|json> [--code <code> --version <n>] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      file: { type: 'string' },
      code: { type: 'string' },
      version: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (values.file === undefined) throw new UsageError('请给出要素文件 name the file of elements: --file');
    const elements: unknown = parse(readFileSync(fromHere(values.file), 'utf8')); // JSON is YAML.
    const query =
      'mutation ($input: SaveCatalogueDraftInput!) { saveCatalogueDraft(input: $input) { code version } }';
    const input = { elements, code: values.code, version: values.version && Number(values.version) };
    const { saveCatalogueDraft: saved } = await askAs(values.as, query, { input }, Drafted);
    print(
      values.json ? JSON.stringify(saved) : `${saved.code}  第 ${saved.version} 版 version ${saved.version}`,
    );
    return 0;
  },
};

const Reported = z.object({
  reportCatalogueChange: z.object({
    id: z.string(),
    due: z.string(),
    assumed: z.boolean(),
    ruleSet: z.string(),
  }),
});

export const reportChangeCommand: Command = {
  summary: '报告法律或职责变化，起算目录更新期限 reports a change of law or duties; starts the clock',
  usage:
    'liancha catalogue report-change --cause LAW|DUTIES --basis <text> --on <date> [--code <code>] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      cause: { type: 'string' },
      basis: { type: 'string' },
      on: { type: 'string' },
      code: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { cause, basis, on: changedOn, code, as: department } = values;
    if (!cause || !basis || !changedOn) throw new UsageError('--cause, --basis, --on: 必填 required');
    const query = `mutation ($input: ReportCatalogueChangeInput!) {
      reportCatalogueChange(input: $input) { id due assumed ruleSet } }`;
    const { reportCatalogueChange: reported } = await askAs(
      department,
      query,
      { input: { cause, basis, changedOn, code } },
      Reported,
    );
    const { id, due, assumed, ruleSet } = reported;
    const note = assumed ? '（该年放假安排未公布，期限可能变动 may move）' : '';
    print(values.json ? JSON.stringify(reported) : `${id}  期限 due ${due}${note}  ${ruleSet}`);
    return 0;
  },
};

const Updated = z.object({
  reportUpdated: z.object({ code: z.string(), lastUpdated: z.string(), freshness: z.string() }),
});

export const updatedCommand: Command = {
  summary: '报告数据更新时间 reports when the data of a resource were last brought up to date',
  usage: 'liancha catalogue updated --code <code> [--at <instant>] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      code: { type: 'string' },
      at: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { code, at: lastUpdated = new Date().toISOString(), as: department } = values;
    if (!code) throw new UsageError('--code: 必填 required');
    const query =
      'mutation ($input: ReportUpdatedInput!) { reportUpdated(input: $input) { code lastUpdated freshness } }';
    const { reportUpdated: saved } = await askAs(
      department,
      query,
      { input: { code, lastUpdated } },
      Updated,
    );
    print(values.json ? JSON.stringify(saved) : `${saved.code}  ${saved.lastUpdated}  ${saved.freshness}`);
    return 0;
  },
};
