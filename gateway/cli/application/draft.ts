import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { askAs } from '../ask.ts';
import { type Command, fromHere, parseOptions, print, UsageError } from '../command.ts';
import { changeApplication, describeApplication, showApplication } from './application.ts';

const Prefilled = z.object({
  applicationDraft: z.object({
    items: z.array(
      z.object({
        coordinate: z.string(),
        name: z.string().nullable(),
        class: z.string(),
        provider: z.object({ name: z.string() }),
        condition: z.string().nullable(),
        allowedUses: z.array(z.string()),
      }),
    ),
    uses: z.array(z.string()),
    until: z.string(),
    due: z.object({ due: z.string(), assumed: z.boolean() }),
    ruleSet: z.string(),
  }),
});

const PREFILL = `query ($coordinates: [String!]!, $use: Use) { applicationDraft(coordinates: $coordinates, use: $use) {
  items { coordinate name class provider { name } condition allowedUses } uses until due { due assumed } ruleSet } }`;

/** A condition as it is typed: `Person.residenceRegion STARTS_WITH 4301,4302`, or `MATTER`. */
export function readCondition(text: string): object {
  if (text === 'MATTER') return { subjectsOf: 'MATTER' };
  const [coordinate = '', operator = '', ...values] = text.trim().split(/\s+/);
  return { coordinate, operator, values: values.join(' ').split(',') };
}

export const draftApplicationCommand: Command = {
  summary:
    '起草申请：由被拒查询的链接、信息项或文件 drafts an application from a denied query’s link, items or a file',
  usage: [
    'liancha application draft --link <apply link of the error> | --item <Type.field>… [--use <USE>…]',
    '    [--duties <text> --basis <text> --per-day <n> --until <day> [--from <day>] [--scope <condition>]… [--contact <text>] [--note <text>]]',
    '    [--file <application.yaml|json>] [--id <draft> --version <n>] [--submit] [--as <department>] [--json]',
    '  内容不全时打印已填好的申请，补全后以 --file 保存 while something is missing, the application is printed with what is known:',
    '    complete it and save it with --file',
    '  --scope  "Person.residenceRegion STARTS_WITH 9901", or MATTER (在办事项的当事人)',
  ].join('\n'),
  async run(parameters) {
    const text = { type: 'string' } as const;
    const many = { type: 'string', multiple: true } as const;
    const { values } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        options: {
          link: text,
          item: many,
          use: many,
          duties: text,
          basis: text,
          'per-day': text,
          from: text,
          until: text,
          scope: many,
          contact: text,
          note: text,
          file: text,
          id: text,
          version: text,
          submit: { type: 'boolean', default: false },
          as: text,
          json: { type: 'boolean', default: false },
        },
      }),
    );
    const link = values.link === undefined ? null : new URL(values.link).searchParams;
    const fromFile = values.file === undefined ? {} : readFile(values.file);
    const given = {
      items: [...(link?.getAll('apply') ?? []), ...(values.item ?? [])],
      uses: [...(link?.getAll('use') ?? []), ...(values.use ?? [])],
      duties: values.duties,
      legalBasis: values.basis,
      expectedPerDay: values['per-day'] === undefined ? undefined : Number(values['per-day']),
      from: values.from,
      until: values.until,
      scope: values.scope?.map(readCondition),
      contact: values.contact,
      note: values.note,
    };
    const application: Record<string, unknown> = {
      ...Object.fromEntries(
        Object.entries(given).filter(
          ([, one]) => one !== undefined && !(Array.isArray(one) && one.length === 0),
        ),
      ),
      ...fromFile,
    };
    if (!Array.isArray(application.items)) throw new UsageError('--link, --item 或 or --file');
    const isComplete = ['uses', 'duties', 'legalBasis', 'expectedPerDay', 'until'].every(
      (name) => application[name] !== undefined && application[name] !== '',
    );
    if (!isComplete) return prefill(values.as, application, values.json);
    const input = {
      application,
      ...(values.id !== undefined && { id: values.id, version: Number(values.version) }),
    };
    const saved = await changeApplication(values.as, 'saveApplicationDraft', input);
    const shown = values.submit
      ? await changeApplication(values.as, 'submitApplication', { id: saved.id, version: saved.version })
      : saved;
    print(values.json ? JSON.stringify(shown) : describeApplication(shown));
    return 0;
  },
};

function readFile(path: string): Record<string, unknown> {
  const read = z.record(z.string(), z.unknown()).safeParse(parse(readFileSync(fromHere(path), 'utf8'))); // JSON is YAML.
  if (read.success) return read.data;
  throw new UsageError(
    `--file ${path}: 应为映射，如 items: [Person.phone] must hold a mapping, such as items: [Person.phone]`,
  );
}

async function prefill(
  as: string | undefined,
  application: Record<string, unknown>,
  isJson: boolean,
): Promise<number> {
  const [use] = Array.isArray(application.uses) ? application.uses : [];
  const asked = { coordinates: application.items, use };
  const { applicationDraft: draft } = await askAs(as, PREFILL, asked, Prefilled);
  const filled = {
    uses: draft.uses,
    duties: '',
    legalBasis: '',
    expectedPerDay: '',
    until: draft.until,
    ...application,
    items: draft.items.map(({ coordinate }) => coordinate),
  };
  if (isJson) {
    print(
      JSON.stringify({ application: filled, items: draft.items, due: draft.due, ruleSet: draft.ruleSet }),
    );
    return 0;
  }
  for (const one of draft.items)
    print(
      `# ${one.coordinate}  ${one.name ?? ''}  ${one.provider.name}  ${one.class}  ${one.condition ?? ''}  用途 uses: ${one.allowedUses.join(', ')}`,
    );
  print(`# 今日提交，答复期限 submitted today, the answer is due ${draft.due.due} (${draft.ruleSet})`);
  print(stringify(filled).trimEnd());
  return 0;
}

export const submitApplicationCommand: Command = {
  summary: '提交草稿 submits a draft: the providers’ clocks start',
  usage: 'liancha application submit <application> [--version <n>] [--as <department>] [--json]',
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: {
          version: { type: 'string' },
          as: { type: 'string' },
          json: { type: 'boolean', default: false },
        },
      }),
    );
    const [id] = positionals;
    if (id === undefined) throw new UsageError('请指明申请 name the application');
    const version =
      values.version === undefined ? (await showApplication(values.as, id)).version : Number(values.version);
    const submitted = await changeApplication(values.as, 'submitApplication', { id, version });
    print(values.json ? JSON.stringify(submitted) : describeApplication(submitted));
    return 0;
  },
};
