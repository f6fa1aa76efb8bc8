import { rotateLedgerKey } from '../../ledger/index.ts';
import { type Command, print, readOptions } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const rotateCommand: Command = {
  summary: '更换树头签名密钥 makes a new key, which signs heads from the next start on',
  usage: 'liancha ledger rotate-key --data-dir <dir>',
  run(parameters) {
    const values = readOptions(parameters, { 'data-dir': { type: 'string' } });
    const { folder, keys } = ledgerFolders(values['data-dir']);
    print(rotateLedgerKey(keys, folder));
    return 0;
  },
};
