import { existsSync } from 'node:fs';
import { startPostgres } from '../../e2e/setup/postgres.ts';

/** What Liancha keeps its business in while it is measured. */
export interface BenchDatabase {
  readonly name: string;
  /** null: the embedded one. */
  readonly url: string | null;
  close(): Promise<void>;
}

/** A PostgreSQL server where its programs are on this machine; otherwise the embedded database. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  if (!existsSync('/usr/lib/postgresql'))
    return { name: 'embedded (PGlite)', url: null, close: async () => undefined };
  const server = await startPostgres();
  return { name: 'PostgreSQL', url: server.url, close: () => server.close() };
}
