import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';

/** Any number, the same in every instance: who holds this lock migrates. */
const LOCK = 5_120_160_905;

interface Migration {
  readonly name: string;
  readonly digest: string;
  readonly script: string;
}

/**
 * Brings the tables up to date: the `NNNN-name.sql` files of a folder in their order, each once, forward only, under a lock
 * that instances share. Throws, changing nothing, when a file that was applied has changed since, or when the database is
 * ahead of the files (a newer version has been here).
 */
export async function migrate(database: Database, folder: string): Promise<void> {
  const migrations = readMigrations(folder);
  await database.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await transaction.query(`create table if not exists migrations (
      name text primary key, digest text not null, applied_at timestamptz not null default now())`);
    const applied = new Map(
      (await transaction.query('select name, digest from migrations')).map((row) => [row.name, row.digest]),
    );
    for (const name of applied.keys()) {
      if (migrations.some((one) => one.name === name)) continue;
      throw new Error(
        `数据库已由更新的版本迁移 The database was migrated by a newer version: ${String(name)}`,
      );
    }
    for (const { name, digest, script } of migrations) {
      const before = applied.get(name);
      if (before === digest) continue;
      if (before !== undefined)
        throw new Error(
          `迁移文件在执行后被改动 ${name} was changed after it had been applied: add a new one instead`,
        );
      for (const statement of statementsOf(script)) await transaction.query(statement);
      await transaction.query('insert into migrations (name, digest) values ($1, $2)', [name, digest]);
    }
  });
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const script = readFileSync(join(folder, name), 'utf8');
      return { name, script, digest: createHash('sha256').update(script).digest('base64url') };
    });
}

/** The statements of a script: each ends with a `;` at the end of a line that is not inside a `$$` body. */
function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let text = '';
  let isQuoted = false;
  for (const line of script.split('\n')) {
    if (line.trimStart().startsWith('--')) continue;
    text += `${line}\n`;
    if ((line.match(/\$\$/g) ?? []).length % 2 === 1) isQuoted = !isQuoted;
    if (isQuoted || !line.trimEnd().endsWith(';')) continue;
    statements.push(text);
    text = '';
  }
  if (text.trim()) statements.push(text);
  return statements;
}
