import pg from 'pg';
import { type Database, DatabaseError, plainName, type Row } from './database.ts';

interface Reporter {
  error(facts: object, message: string): void;
}

const CONNECTIONS = 10;
/** Kept apart for what must not wait for the others. */
const CONNECTIONS_AHEAD = 2;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;
const RETRY_MS = 500;

/** One reading of types in both stores: PostgreSQL's `int8` as a number, `date` as it is written. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);
TYPES.setTypeParser(pg.types.builtins.DATE, (text: string) => text);

/** A PostgreSQL server, by its URL. */
export function serverDatabase(url: string, report: Reporter): Database {
  const settings = {
    connectionString: url,
    types: TYPES,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'liancha',
  };
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS });
  const ahead = new pg.Pool({ ...settings, max: CONNECTIONS_AHEAD });
  for (const one of [pool, ahead])
    one.on('error', (error) => report.error({ error }, 'an idle connection to PostgreSQL was lost'));
  const listener = createListener(settings, report);
  return {
    kind: 'server',
    query: (sql, parameters) => ask(pool, sql, parameters),
    ahead: { query: (sql, parameters) => ask(ahead, sql, parameters) },
    async transaction(work) {
      const client = await pool.connect().catch(rethrow);
      let failed: Error | undefined;
      // A server that ends tells also those who are not asking: nobody listening would end the process.
      const lost = (error: Error): void => {
        failed = error;
      };
      client.on('error', lost);
      try {
        await ask(client, 'begin');
        const result = await work({ query: (sql, parameters) => ask(client, sql, parameters) });
        await ask(client, 'commit');
        return result;
      } catch (error) {
        await ask(client, 'rollback').catch((lost: Error) => {
          failed = lost; // The pool drops a connection that cannot even roll back.
        });
        throw error;
      } finally {
        client.off('error', lost);
        client.release(failed);
      }
    },
    async run(script) {
      await ask(pool, script); // Several statements in one message are one transaction.
    },
    listen: (channel, heard) => listener.listen(channel, heard),
    async close() {
      await listener.close();
      await Promise.all([pool.end(), ahead.end()]);
    },
  };
}

async function ask(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  parameters?: readonly unknown[],
): Promise<readonly Row[]> {
  try {
    const result = await client.query<Record<string, unknown>>(
      sql,
      parameters === undefined ? undefined : [...parameters],
    );
    return result.rows;
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (error instanceof pg.DatabaseError) throw new DatabaseError(error.message, error.code ?? 'XX000');
  throw new DatabaseError(error instanceof Error ? error.message : String(error), '08000');
}

/** One connection that only listens. When it is lost it is made again, and everyone is told to look again. */
function createListener(settings: pg.ClientConfig, report: Reporter) {
  const listeners = new Map<string, ((payload: string) => void)[]>();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ ...settings, statement_timeout: 0, keepAlive: true });
    next.on('notification', ({ channel, payload = '' }) => {
      for (const heard of listeners.get(channel) ?? []) heard(payload);
    });
    next.on('error', () => undefined); // `end` follows.
    next.on('end', () => {
      if (client !== next) return;
      client = null;
      reconnectSoon();
    });
    await next.connect().catch(rethrow);
    for (const channel of listeners.keys()) await next.query(`listen ${plainName(channel)}`);
    client = next;
  };

  const reconnectSoon = (): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      connect().then(
        () => {
          for (const all of listeners.values()) for (const heard of all) heard('');
        },
        (error: unknown) => {
          report.error({ error }, 'PostgreSQL cannot be reached: nothing is heard of other instances');
          reconnectSoon();
        },
      );
    }, RETRY_MS);
    timer.unref();
  };

  return {
    async listen(channel: string, heard: (payload: string) => void): Promise<void> {
      const before = listeners.get(channel);
      if (before) before.push(heard);
      else listeners.set(channel, [heard]);
      connecting ??= connect();
      await connecting;
      if (!before && client) await client.query(`listen ${plainName(channel)}`);
    },
    async close(): Promise<void> {
      isClosed = true;
      if (timer) clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end();
    },
  };
}
