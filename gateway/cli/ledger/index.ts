import type { Command } from '../command.ts';
import { archiveCommand } from './archive.ts';
import { exportCommand } from './export.ts';
import { revealCommand } from './reveal.ts';
import { rotateCommand } from './rotate.ts';
import { searchLedgerCommand } from './search.ts';
import { verifyCommand } from './verify.ts';

/** `liancha ledger <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  archive: archiveCommand,
  export: exportCommand,
  reveal: revealCommand,
  'rotate-key': rotateCommand,
  search: searchLedgerCommand,
  verify: verifyCommand,
};
