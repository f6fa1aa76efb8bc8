import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromHere, UsageError } from '../command.ts';

/** A ledger's folder and that of its keys, in a data folder; paths are as seen from where the command was typed. */
export function ledgerFolders(dataDir: string | undefined): {
  readonly folder: string;
  readonly keys: string;
} {
  if (dataDir === undefined) throw new UsageError('--data-dir 必填 is required');
  const folder = join(fromHere(dataDir), 'ledger');
  if (!existsSync(folder)) throw new UsageError(`${folder} 不存在 does not exist`);
  return { folder, keys: join(fromHere(dataDir), 'ledger-keys') };
}
