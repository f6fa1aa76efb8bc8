import { z } from 'zod';
import { askAs, MOVING, readOne, versionOf } from '../ask.ts';
import { type Command, print } from '../command.ts';

const Moved = z.record(z.string(), z.object({ id: z.string(), state: z.string(), due: z.string() }));

function moveCommand(verb: string, mutation: string, input: string, summary: string): Command {
  const isReturn = verb === 'return';
  return {
    summary,
    usage: `liancha finding ${verb} <id> --note <text>${isReturn ? ' [--working-days <n>]' : ''} [--version <n>] [--as <department>] [--json]`,
    async run(parameters) {
      const { id, values } = readOne(parameters, '编号 id', {
        ...MOVING,
        note: { type: 'string' },
        'working-days': { type: 'string' },
      });
      const { as: department, note = '' } = values;
      const version = await versionOf(values.version, department, 'finding', id);
      const days = values['working-days'];
      const query = `mutation ($input: ${input}!) { ${mutation}(input: $input) { id state due } }`;
      const variables = {
        input: {
          id,
          version,
          note,
          idempotencyKey: values.key,
          ...(isReturn && days !== undefined && { workingDays: Number(days) }),
        },
      };
      const moved = (await askAs(department, query, variables, Moved))[mutation];
      print(values.json ? JSON.stringify(moved) : `${id}  ${moved?.state}  ${moved?.due}`);
      return 0;
    },
  };
}

const MOVE = 'MoveFindingInput';
export const answerCommand = moveCommand(
  'answer',
  'answerFinding',
  MOVE,
  '说明整改情况 the department answers',
);
export const returnCommand = moveCommand(
  'return',
  'returnFinding',
  'ReturnFindingInput',
  '退回，重定期限 the answer does not do: again',
);
export const rectifiedCommand = moveCommand(
  'rectified',
  'closeFindingRectified',
  MOVE,
  '整改到位，办结 closes: rectified',
);
export const unfoundedCommand = moveCommand(
  'unfounded',
  'closeFindingUnfounded',
  MOVE,
  '不成立，办结 closes: there was no breach',
);
