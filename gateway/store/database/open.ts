import { join } from 'node:path';
import type { Database } from './database.ts';
import { embeddedDatabase } from './embedded.ts';
import { migrate } from './migrate.ts';
import { serverDatabase } from './server.ts';

export interface DatabaseOptions {
  /** A PostgreSQL server; without it the database is embedded. */
  readonly url?: string | undefined;
  readonly dataDir: string;
  /** Folder of the migrations. */
  readonly tables: string;
  readonly report: { error(facts: object, message: string): void };
}

/** Opens the SQL store with its tables up to date. Rejects, with what to do, when it cannot be reached. */
export async function openDatabase({ url, dataDir, tables, report }: DatabaseOptions): Promise<Database> {
  const database = url ? serverDatabase(url, report) : await embeddedDatabase(join(dataDir, 'database'));
  try {
    await migrate(database, tables);
  } catch (error) {
    await database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`数据库不可用 The database cannot be used (DATABASE_URL): ${reason}`);
  }
  return database;
}
