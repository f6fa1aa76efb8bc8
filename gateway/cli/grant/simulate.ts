import { parseArgs } from 'node:util';
import { z } from 'zod';
import { choosePart, showApplication } from '../application/application.ts';
import { readTerms, TERMS } from '../application/move.ts';
import { askAs } from '../ask.ts';
import { type Command, parseOptions, print, UsageError } from '../command.ts';

const Simulated = z.object({
  simulateGrant: z.object({
    since: z.string(),
    queries: z.number(),
    passedThen: z.number(),
    wouldPass: z.number(),
    kinds: z.array(
      z.object({
        operation: z.string(),
        operationName: z.string().nullable(),
        use: z.string(),
        queries: z.number(),
        lastAt: z.string(),
        passedThen: z.boolean(),
        wouldPass: z.boolean(),
        stillDenied: z.array(z.object({ coordinate: z.string(), code: z.string() })),
        unknownBelow: z.array(z.string()),
      }),
    ),
  }),
});

const QUERY = `query ($part: ID!, $terms: GrantTermsInput, $days: Int) { simulateGrant(part: $part, terms: $terms, days: $days) {
  since queries passedThen wouldPass
  kinds { operation operationName use queries lastAt passedThen wouldPass stillDenied { coordinate code } unknownBelow } } }`;

export const simulateCommand: Command = {
  summary: '签发前试算：近日的查询哪些将通过 which recent queries would pass with this approval',
  usage: [
    'liancha grant simulate <application or part> [--days <n>] [--item <Type.field>]… [--use <USE>]… [--scope …] [--mask …]',
    '    [--quota <n>] [--from <day>] [--until <day>] [--provider <code or name>] [--as <department>] [--json]',
  ].join('\n'),
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: {
          ...TERMS,
          days: { type: 'string', default: '7' },
          provider: { type: 'string' },
          as: { type: 'string' },
          json: { type: 'boolean', default: false },
        },
      }),
    );
    const [id] = positionals;
    if (id === undefined) throw new UsageError('请指明申请或部分 name the application, or a part of it');
    const application = await showApplication(values.as, id);
    const part = choosePart(application, id, values.provider, ['APPROVE', 'APPROVE_IN_PART']);
    const variables = { part: part.id, terms: readTerms(values), days: Number(values.days) };
    const { simulateGrant: simulation } = await askAs(values.as, QUERY, variables, Simulated);
    if (values.json) {
      print(JSON.stringify(simulation));
      return 0;
    }
    const { queries, passedThen, wouldPass, kinds, since } = simulation;
    print(
      `${since} 以来 since: ${queries} 次查询 queries；当时通过 passed then ${passedThen}，将通过 would pass ${wouldPass}`,
    );
    for (const kind of kinds) {
      const verdict = kind.wouldPass ? '通过 passes ' : '不通过 denied';
      const denied = kind.stillDenied.map(({ coordinate, code }) => `${coordinate} ${code}`);
      const unknown = kind.unknownBelow.map((one) => `${one} 之下未知 unknown below`);
      const name = kind.operationName ?? kind.operation.slice(0, 12);
      print(
        `  ${verdict}  ${String(kind.queries).padStart(6)}  ${kind.use}  ${name}  ${[...denied, ...unknown].join('; ')}`.trimEnd(),
      );
    }
    return 0;
  },
};
