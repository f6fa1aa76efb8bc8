import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { startPostgres } from '../../e2e/setup/postgres.ts';

/** What Liancha keeps its business in while it is measured. */
export interface BenchDatabase {
  readonly name: string;
  /** null: the embedded one. */
  readonly server: string | null;
  /**
   * The URL of a database of its own for one start, null for the embedded one: what one has published is not served by another,
   * and nobody indexes another's records.
   */
  create(): Promise<string | null>;
  close(): Promise<void>;
}

/** A PostgreSQL server where its programs are on this machine; otherwise the embedded database. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  if (!existsSync('/usr/lib/postgresql')) {
    const nothing = async () => null;
    return { name: 'embedded (PGlite)', server: null, create: nothing, close: async () => undefined };
  }
  const server = await startPostgres();
  let count = 0;
  return {
    name: 'PostgreSQL',
    server: server.url,
    async create() {
      const name = `bench${++count}`;
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    close: () => server.close(),
  };
}
