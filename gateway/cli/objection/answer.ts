import { z } from 'zod';
import { askAs, MOVING, readOne, versionOf } from '../ask.ts';
import { type Command, print } from '../command.ts';

const Moved = z.record(z.string(), z.object({ id: z.string(), state: z.string(), version: z.number() }));

/** A move of an objection by one of its parties. */
function moveCommand(verb: string, mutation: string, input: string, summary: string): Command {
  const hasTarget = verb === 'disown';
  return {
    summary,
    usage: `liancha objection ${verb} <id> --note <text>${hasTarget ? ' [--to <department code>]' : ''} [--version <n>] [--as <department>] [--json]`,
    async run(parameters) {
      const { id, values } = readOne(parameters, '编号 id', {
        ...MOVING,
        note: { type: 'string' },
        to: { type: 'string' },
      });
      const { as: department, note, to } = values;
      const version = await versionOf(values.version, department, 'objection', id);
      const query = `mutation ($input: ${input}!) { ${mutation}(input: $input) { id state version } }`;
      const variables = {
        input: { id, version, note, idempotencyKey: values.key, ...(hasTarget && { to }) },
      };
      const moved = (await askAs(department, query, variables, Moved))[mutation];
      print(values.json ? JSON.stringify(moved) : `${id}  ${moved?.state}`);
      return 0;
    },
  };
}

export const correctCommand = moveCommand(
  'correct',
  'correctObjection',
  'AnswerObjectionInput',
  '答复疑义：已更正 the provider has corrected its data',
);
export const confirmCommand = moveCommand(
  'confirm',
  'confirmObjection',
  'AnswerObjectionInput',
  '答复疑义：经核无误 the data have been checked and are right',
);
export const disownCommand = moveCommand(
  'disown',
  'disownObjection',
  'DisownObjectionInput',
  '答复疑义：非本部门数据 it is another’s datum, or nobody’s',
);
export const withdrawCommand = moveCommand(
  'withdraw',
  'withdrawObjection',
  'WithdrawObjectionInput',
  '撤回疑义 the consumer takes it back',
);
