import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../../config.ts';
import { projectRoot } from '../../files.ts';
import { lockFolder } from '../../ledger/index.ts';
import { type Database, openDatabase } from '../../store/index.ts';
import { fromHere, UsageError } from '../command.ts';

/**
 * Opens the store without a gateway: `--data-dir`, or what the configuration says (DATABASE_URL, DATA_DIR). An embedded database belongs
 * to one process: it is refused while a gateway has it.
 */
export async function withStore<T>(
  dataDirOption: string | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const root = projectRoot();
  const configuration = loadConfiguration(process.env, root);
  const dataDir = dataDirOption === undefined ? configuration.dataDir : fromHere(dataDirOption);
  const url = dataDirOption === undefined ? configuration.databaseUrl : undefined;
  if (url === undefined && !existsSync(join(dataDir, 'database')))
    throw new UsageError(`${dataDir} 中没有数据库 holds no database: --data-dir, DATA_DIR, DATABASE_URL`);
  const unlock = url === undefined ? lock(dataDir) : () => undefined;
  try {
    const report = { error: (_: object, message: string) => void process.stderr.write(`${message}\n`) };
    const database = await openDatabase({ url, dataDir, tables: join(root, 'schema', 'tables'), report });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    unlock();
  }
}

function lock(dataDir: string): () => void {
  try {
    return lockFolder(join(dataDir, 'ledger'));
  } catch (error) {
    throw new Error(
      `数据库正由网关使用：请不带 --offline 询问网关，或先停止它。\nA gateway has this database: ask it (without --offline), or stop it first.\n${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
