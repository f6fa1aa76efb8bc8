import { once } from 'node:events';
import { exportLedger } from '../../ledger/index.ts';
import { type Command, readOptions } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const exportCommand: Command = {
  summary: '离线导出披露记录，每行一条 JSON writes the records of a ledger, one JSON a line',
  usage: 'liancha ledger export --data-dir <dir>',
  async run(parameters) {
    const values = readOptions(parameters, { 'data-dir': { type: 'string' } });
    let isClosed = false;
    process.stdout.on('error', () => {
      isClosed = true; // `| head` has seen enough.
    });
    for (const { text } of exportLedger(ledgerFolders(values['data-dir']).folder)) {
      if (isClosed) break;
      if (!process.stdout.write(`${text}\n`))
        await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
    }
    return 0;
  },
};
