import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromHere, UsageError } from '../command.ts';

/** The ledger's folder of a data folder; paths are as seen from where the command was typed. */
export function ledgerFolder(dataDir: string | undefined): string {
  if (dataDir === undefined) throw new UsageError('--data-dir 必填 is required');
  const folder = join(fromHere(dataDir), 'ledger');
  if (!existsSync(folder)) throw new UsageError(`${folder} 不存在 does not exist`);
  return folder;
}
