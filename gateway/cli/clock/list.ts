import { z } from 'zod';
import { askAs } from '../ask.ts';
import { type Command, print, readOptions } from '../command.ts';
import { table } from '../table.ts';

const Clocks = z.object({
  clocks: z.array(
    z.object({
      provider: z.object({ code: z.string(), name: z.string() }),
      open: z.number(),
      overdue: z.number(),
      answeredInTime: z.number(),
      answeredLate: z.number(),
    }),
  ),
});

export const listCommand: Command = {
  summary: '各提供部门答复期限的数字 how providers keep their clocks: open, overdue, in time, late',
  usage: 'liancha clock list [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = '{ clocks { provider { code name } open overdue answeredInTime answeredLate } }';
    const { clocks } = await askAs(values.as, query, {}, Clocks);
    const head = ['提供部门', '待答 open', '逾期 overdue', '按时 in time', '迟延 late'];
    const rows = clocks.map((one) => [
      one.provider.name,
      one.open,
      one.overdue,
      one.answeredInTime,
      one.answeredLate,
    ]);
    print(values.json ? JSON.stringify(clocks) : table(head, rows));
    return 0;
  },
};
