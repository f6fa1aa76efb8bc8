import { parseArgs } from 'node:util';
import { type Command, parseOptions, print, UsageError } from '../command.ts';
import { changePart, choosePart, describePart, type Part, showApplication } from './application.ts';
import { readCondition } from './draft.ts';

const text = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const COMMON = {
  provider: text,
  version: text,
  reason: text,
  as: text,
  key: text,
  json: { type: 'boolean', default: false },
} as const;
const COMMON_USAGE =
  '[--provider <code or name>] [--version <n>] [--key <idempotency key>] [--as <department>] [--json]';

interface Common {
  readonly provider?: string | undefined;
  readonly version?: string | undefined;
  readonly as?: string | undefined;
}

/** The part that is meant, in the version that the caller has read, or the present one. */
async function findPart(positionals: readonly string[], values: Common, moves: readonly string[]) {
  const [id] = positionals;
  if (id === undefined) throw new UsageError('请指明申请或部分 name the application, or a part of it');
  const part = choosePart(await showApplication(values.as, id), id, values.provider, moves);
  return { part: part.id, version: values.version === undefined ? part.version : Number(values.version) };
}

function show(part: Part, isJson: boolean): number {
  print(isJson ? JSON.stringify(part) : describePart(part));
  return 0;
}

/** A verb that makes one move, with its reason. */
function moveCommand(verb: string, summary: string, field: string, move: string): Command {
  return {
    summary,
    usage: `liancha application ${verb} <application or part> [--reason <text>] ${COMMON_USAGE}`,
    async run(parameters) {
      const { values, positionals } = parseOptions(() =>
        parseArgs({ args: [...parameters], allowPositionals: true, options: COMMON }),
      );
      const found = await findPart(positionals, values, [move]);
      const input = { ...found, reason: values.reason, idempotencyKey: values.key };
      return show(await changePart(values.as, field, 'MoveApplicationInput', input), values.json);
    },
  };
}

export const refuseCommand = moveCommand(
  'refuse',
  '拒绝并说明理由 refuses, with the reason',
  'refuseApplication',
  'REFUSE',
);
export const negotiateCommand = moveCommand(
  'negotiate',
  '就拒绝的信息项与提供部门协商 negotiates what was refused',
  'negotiateApplication',
  'NEGOTIATE',
);
export const coordinateCommand = moveCommand(
  'coordinate',
  '协商未果，提请主管部门协调 asks the competent department to coordinate',
  'coordinateApplication',
  'COORDINATE',
);
export const referCommand = moveCommand(
  'refer',
  '提交联席会议（中央部门之间）refers to the joint conference, between central departments',
  'referApplication',
  'REFER',
);
export const withdrawCommand = moveCommand('withdraw', '撤回 withdraws', 'withdrawApplication', 'WITHDRAW');

export const answerCommand: Command = {
  summary: '同意，全部或部分；授权同时产生 approves, in full or in part; the grant comes with it',
  usage: [
    'liancha application answer <application or part> [--item <Type.field>]… [--use <USE>]… [--scope <condition>]…',
    '    [--mask <Type.field=RULE>]… [--quota <per day>] [--from <day>] [--until <day>] [--contact <text>] [--reason <text>]',
    `    ${COMMON_USAGE}`,
    '  不写的按所申请的批准；部分同意须说明理由 what is left out is granted as it was asked for; less than that needs a reason',
  ].join('\n'),
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: { ...TERMS, ...COMMON },
      }),
    );
    const found = await findPart(positionals, values, ['APPROVE', 'APPROVE_IN_PART']);
    const input = { ...found, terms: readTerms(values), reason: values.reason, idempotencyKey: values.key };
    return show(
      await changePart(values.as, 'approveApplication', 'ApproveApplicationInput', input),
      values.json,
    );
  },
};

/** Options that say what an approval allows. */
export const TERMS = {
  item: many,
  use: many,
  scope: many,
  mask: many,
  quota: text,
  from: text,
  until: text,
  contact: text,
} as const;

interface GivenTerms {
  readonly item?: string[] | undefined;
  readonly use?: string[] | undefined;
  readonly scope?: string[] | undefined;
  readonly mask?: string[] | undefined;
  readonly quota?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly contact?: string | undefined;
}

export function readTerms(values: GivenTerms): object {
  const { item: items, use: uses, scope, mask, quota, from, until, contact } = values;
  return {
    items,
    uses,
    scope: scope?.map(readCondition),
    masks: mask?.map((one) => {
      const [coordinate, rule] = one.split('=');
      return { coordinate, rule };
    }),
    quotaPerDay: quota === undefined ? undefined : Number(quota),
    validFrom: from,
    validUntil: until,
    contact,
  };
}

export const decideCommand: Command = {
  summary: '协调或联席会议的决定 what was decided: the provider grants it, or the refusal stands',
  usage: `liancha application decide <application or part> --for|--against --reason <text> ${COMMON_USAGE}`,
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: { for: { type: 'boolean' }, against: { type: 'boolean' }, ...COMMON },
      }),
    );
    if (values.for === values.against) throw new UsageError('--for | --against');
    const decision = values.for ? 'ORDER' : 'UPHOLD';
    const found = await findPart(positionals, values, [decision]);
    const input = { ...found, decision, reason: values.reason ?? '', idempotencyKey: values.key };
    return show(
      await changePart(values.as, 'decideApplication', 'DecideApplicationInput', input),
      values.json,
    );
  },
};
