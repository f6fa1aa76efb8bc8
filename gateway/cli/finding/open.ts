import { z } from 'zod';
import { askAs, MOVING } from '../ask.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';

const Opened = z.object({ openFinding: z.object({ id: z.string(), state: z.string(), due: z.string() }) });

export const openCommand: Command = {
  summary: '立案整改 opens a finding on a department (Art. 24)',
  usage:
    'liancha finding open --on <department code> --breach USE_BEYOND_DUTIES|NOT_PROVIDED_IN_TIME|… --notice <text> --due <date> [--disclosures <receipt,…>] [--as <department>] [--json]',
  async run(parameters) {
    const { version: _, ...moving } = MOVING;
    const values = readOptions(parameters, {
      ...moving,
      on: { type: 'string' },
      breach: { type: 'string' },
      notice: { type: 'string' },
      due: { type: 'string' },
      disclosures: { type: 'string' },
    });
    const { on, breach, notice, due } = values;
    if (!on || !breach || !notice || !due)
      throw new UsageError('--on, --breach, --notice, --due: 必填 required');
    const evidence = { disclosures: values.disclosures?.split(',') ?? [] };
    const query = 'mutation ($input: OpenFindingInput!) { openFinding(input: $input) { id state due } }';
    const idempotencyKey = values.key;
    const input = { department: on, breach, notice, dueOn: due, evidence, idempotencyKey };
    const { openFinding: opened } = await askAs(values.as, query, { input }, Opened);
    print(values.json ? JSON.stringify(opened) : `${opened.id}  ${opened.state}  ${opened.due}`);
    return 0;
  },
};
