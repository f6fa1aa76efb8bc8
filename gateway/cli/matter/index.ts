import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { askAs, readOne } from '../ask.ts';
import { type Command, fromHere, print, UsageError } from '../command.ts';

const COMMON = {
  as: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
const Matter = z.object({ matter: z.string(), subjects: z.number() });

function say(matter: z.infer<typeof Matter>, json: boolean): number {
  print(json ? JSON.stringify(matter) : `${matter.matter}  当事人 subjects: ${matter.subjects}`);
  return 0;
}

const registerCommand: Command = {
  summary: '登记在办事项的当事人 registers whom a matter is about',
  usage:
    'liancha matter register <matter> --subjects <file: one number a line> [--key <idempotency key>] [--as <department>] [--json]',
  async run(parameters) {
    const { id: matter, values } = readOne(parameters, '事项号 matter', {
      ...COMMON,
      subjects: { type: 'string' },
    });
    // From a file and not as arguments: those are seen by everybody on the machine.
    if (!values.subjects)
      throw new UsageError('--subjects: 当事人号码文件，每行一个 a file of numbers, one a line');
    const subjects = readFileSync(fromHere(values.subjects), 'utf8').split(/\s+/).filter(Boolean);
    const query =
      'mutation ($input: RegisterSubjectsInput!) { registerSubjects(input: $input) { matter subjects } }';
    const input = { matter, subjects, idempotencyKey: values.key };
    const Registered = z.object({ registerSubjects: Matter });
    return say((await askAs(values.as, query, { input }, Registered)).registerSubjects, values.json);
  },
};

const showCommand: Command = {
  summary: '一个事项登记了多少当事人 how many subjects a matter has',
  usage: 'liancha matter show <matter> [--as <department>] [--json]',
  async run(parameters) {
    const { id: matter, values } = readOne(parameters, '事项号 matter', COMMON);
    const query = 'query ($matter: String!) { matter(matter: $matter) { matter subjects } }';
    return say((await askAs(values.as, query, { matter }, z.object({ matter: Matter }))).matter, values.json);
  },
};

const closeCommand: Command = {
  summary: '事项办结，不再给出其当事人的数据 closes a matter: what it gave ends',
  usage: 'liancha matter close <matter> [--key <idempotency key>] [--as <department>] [--json]',
  async run(parameters) {
    const { id: matter, values } = readOne(parameters, '事项号 matter', COMMON);
    const query = 'mutation ($input: CloseMatterInput!) { closeMatter(input: $input) { matter subjects } }';
    const input = { matter, idempotencyKey: values.key };
    return say(
      (await askAs(values.as, query, { input }, z.object({ closeMatter: Matter }))).closeMatter,
      values.json,
    );
  },
};

/** `liancha matter <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  close: closeCommand,
  register: registerCommand,
  show: showCommand,
};
