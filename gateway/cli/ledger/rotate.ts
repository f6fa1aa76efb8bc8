import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rotateLedgerKey } from '../../ledger/index.ts';
import { type Command, fromHere, parseOptions, print } from '../command.ts';
import { ledgerFolder } from './folder.ts';

export const rotateCommand: Command = {
  summary: '更换树头签名密钥 makes a new key, which signs heads from the next start on',
  usage: 'liancha ledger rotate-key --data-dir <dir>',
  run(parameters) {
    const { values } = parseOptions(() =>
      parseArgs({ args: [...parameters], options: { 'data-dir': { type: 'string' } } }),
    );
    const folder = ledgerFolder(values['data-dir']);
    print(rotateLedgerKey(join(fromHere(values['data-dir'] ?? ''), 'ledger-keys'), folder));
    return 0;
  },
};
