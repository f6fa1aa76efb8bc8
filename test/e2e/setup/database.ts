import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';
import { openDatabase } from '../../../gateway/store/index.ts';

const report = { error: () => undefined };
const tables = join(projectRoot(), 'schema', 'tables');
/** One for each run of the tests; `global.mjs` removes it. */
const template = join(tmpdir(), `liancha-database-template-${process.ppid}`);

/**
 * Puts a fresh embedded database with its tables into a data folder. Making one takes longer than copying one, so the first
 * is made and the others are copies.
 */
export async function provideDatabase(dataDir: string): Promise<void> {
  if (!existsSync(template)) {
    const folder = mkdtempSync(join(tmpdir(), 'liancha-database-'));
    const database = await openDatabase({ dataDir: folder, tables, report });
    await database.close();
    if (!existsSync(template)) renameSync(join(folder, 'database'), template);
    rmSync(folder, { recursive: true, force: true });
  }
  cpSync(template, join(dataDir, 'database'), { recursive: true });
}
