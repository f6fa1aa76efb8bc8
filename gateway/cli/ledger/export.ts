import { once } from 'node:events';
import { exportLedger } from '../../ledger/index.ts';
import { type Command, readOptions } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const exportCommand: Command = {
  summary: '离线导出披露记录，每行一条 JSON writes the records of a ledger, one JSON a line',
  usage: 'liancha ledger export --data-dir <dir>',
  async run(parameters) {
    const values = readOptions(parameters, { 'data-dir': { type: 'string' } });
    for (const { text } of exportLedger(ledgerFolders(values['data-dir']).folder))
      if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
    return 0;
  },
};
