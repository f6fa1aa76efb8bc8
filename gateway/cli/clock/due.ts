import { join } from 'node:path';
import { createCalendar, dueAfter, readDay, readNotices } from '../../exchange/index.ts';
import { projectRoot } from '../../files.ts';
import { type Command, parseOptions, print, readOptions, UsageError } from '../command.ts';

export const dueCommand: Command = {
  summary: '计算工作日期限（离线）the deadline after a number of Chinese working days, offline',
  usage: [
    'liancha clock due --from <date> --working-days <n> [--json]',
    '  --from          受理日 YYYY-MM-DD，或带时区的时刻 the day of submission, or an instant with its offset; it does not count',
    '  --working-days  工作日数 a number of working days, 0 to 1000',
  ].join('\n'),
  run(parameters) {
    const values = readOptions(parameters, {
      from: { type: 'string' },
      'working-days': { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const from = readDay(values.from ?? '');
    if (from === null)
      throw new UsageError(`--from ${values.from ?? ''}: 不是日期 is not a date (YYYY-MM-DD)`);
    const text = values['working-days'] ?? '';
    if (!/^\d{1,4}$/.test(text))
      throw new UsageError(`--working-days ${text}: 不是天数 is not a number of days`);
    const calendar = createCalendar(readNotices(join(projectRoot(), 'policies', 'calendar')));
    const due = parseOptions(() => dueAfter(calendar, from, Number(text)));
    if (values.json) print(JSON.stringify(due));
    else {
      print(due.due);
      if (due.assumed)
        print(
          '所涉年份的节假日安排尚未公布，按周末推算 holidays of a year in between are not published: only weekends were counted',
        );
    }
    return 0;
  },
};
