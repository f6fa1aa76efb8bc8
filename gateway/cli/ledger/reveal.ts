import { z } from 'zod';
import { exportLedger, ledgerSuite, revealSalt } from '../../ledger/index.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { ledgerFolders } from './folder.ts';

const Digests = z.object({ digestKey: z.string(), variablesDigest: z.string(), answerDigest: z.string() });

/** What proves one answer to an outsider: it opens this disclosure and no other. */
export const revealCommand: Command = {
  summary:
    '出具一条记录的盐值，以证明当时的变量和答复 the salt of one record, which proves what was asked and answered',
  usage: [
    'liancha ledger reveal --data-dir <dir> --id <receipt> [--json]',
    '  摘要 digest = H(盐 salt ‖ 变量或答复的字节 bytes of the variables or of the answer)',
  ].join('\n'),
  run(parameters) {
    const values = readOptions(parameters, {
      'data-dir': { type: 'string' },
      id: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { folder, keys } = ledgerFolders(values['data-dir']);
    const { id } = values;
    if (id === undefined) throw new UsageError('--id <receipt>');
    const text = findRecord(folder, id);
    if (text === null) throw new UsageError(`没有此记录 there is no record ${id}`);
    const record = Digests.safeParse(JSON.parse(text));
    const salt = record.success ? revealSalt(keys, ledgerSuite(folder), id, record.data.digestKey) : null;
    if (!record.success || !salt)
      throw new UsageError('该记录的密钥已不在 the key of this record is not here any more');
    const { variablesDigest, answerDigest } = record.data;
    const shown = { id, salt: salt.toString('base64url'), variablesDigest, answerDigest };
    const lines = Object.entries(shown).map(([name, value]) => `${name.padEnd(16)}${value}`);
    print(values.json ? JSON.stringify(shown) : lines.join('\n'));
    return 0;
  },
};

function findRecord(folder: string, id: string): string | null {
  for (const { text } of exportLedger(folder)) if (text.startsWith(`{"id":"${id}",`)) return text;
  return null;
}
