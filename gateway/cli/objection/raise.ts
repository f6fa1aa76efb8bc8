import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { askAs, MOVING } from '../ask.ts';
import { type Command, fromHere, print, readOptions, UsageError } from '../command.ts';

const Raised = z.object({
  raiseObjection: z.object({
    id: z.string(),
    state: z.string(),
    provider: z.object({ name: z.string() }),
    due: z.string().nullable(),
  }),
});

export const raiseCommand: Command = {
  summary: '提出疑义 doubts a datum that was disclosed to the department (Art. 15)',
  usage:
    'liancha objection raise --disclosure <receipt> --coordinate <Type.field> --subject <id number> --reason <text> [--evidence <file>] [--as <department>] [--json]',
  async run(parameters) {
    const { version: _, ...moving } = MOVING;
    const values = readOptions(parameters, {
      ...moving,
      disclosure: { type: 'string' },
      coordinate: { type: 'string' },
      subject: { type: 'string' },
      reason: { type: 'string' },
      evidence: { type: 'string' },
    });
    const { disclosure, coordinate, subject, reason, as: department } = values;
    if (!disclosure || !coordinate || !subject || !reason)
      throw new UsageError('--disclosure, --coordinate, --subject, --reason: 必填 required');
    const evidence = values.evidence && {
      name: basename(values.evidence),
      type: 'application/octet-stream',
      base64: readFileSync(fromHere(values.evidence)).toString('base64'),
    };
    const query = `mutation ($input: RaiseObjectionInput!) {
      raiseObjection(input: $input) { id state provider { name } due } }`;
    const idempotencyKey = values.key;
    const input = { disclosure, coordinate, subject, reason, evidence, idempotencyKey };
    const { raiseObjection: raised } = await askAs(department, query, { input }, Raised);
    print(
      values.json
        ? JSON.stringify(raised)
        : `${raised.id}  ${raised.provider.name}  ${raised.due ?? '及时 in time'}`,
    );
    return 0;
  },
};
