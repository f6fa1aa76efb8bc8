import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../files.ts';
import { type Database, DatabaseError, plainName, type Queryable, type Row } from './database.ts';
import type { Asked, Told } from './messages.ts';
import { createTurns, type Lane } from './turns.ts';

type Question = Asked extends infer One ? (One extends Asked ? Omit<One, 'id'> : never) : never;

interface Waiting {
  resolve(rows: readonly Row[]): void;
  reject(error: Error): void;
}

const LONGEST_WAIT_MS = 30_000;

/**
 * PostgreSQL inside this process, in a thread of its own, its files in `folder`. It has one connection: transactions take
 * turns. The folder belongs to one process; whoever opens it holds the ledger's lock beside it.
 */
export async function embeddedDatabase(folder: string): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const worker = new Worker(builtFile(import.meta.url, './embedded-thread.js'), { workerData: folder });
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, ((payload: string) => void)[]>();
  let next = 0;
  let ended: Error | null = null;

  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (told: Told) => {
      if (told.kind === 'open') return resolve();
      if (told.kind === 'heard') {
        for (const heard of listeners.get(told.channel) ?? []) heard(told.payload);
        return;
      }
      const one = waiting.get(told.id);
      waiting.delete(told.id);
      if (told.kind === 'done') one?.resolve(told.rows);
      else one?.reject(new DatabaseError(told.message, told.code));
    });
    const end = (error: Error): void => {
      ended = new DatabaseError(`the embedded database has ended: ${error.message}`, '08000');
      for (const one of waiting.values()) one.reject(ended);
      waiting.clear();
      reject(ended);
    };
    worker.once('error', end);
    worker.once('exit', () => end(new Error('closed')));
  });

  const ask = (question: Question): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      next++;
      waiting.set(next, { resolve, reject });
      worker.postMessage({ ...question, id: next });
    });
  const query: Queryable['query'] = (sql, parameters = []) => ask({ kind: 'query', sql, parameters });

  const turns = createTurns();
  /**
   * One after the other: what is asked outside must not fall into somebody's transaction. Who waits too long is refused; were it
   * a transaction that asks outside of itself, it would wait for its own end.
   */
  const inTurn = <T>(work: () => Promise<T>, lane: Lane = 'USUAL'): Promise<T> => {
    let isLate = false;
    const mine = turns.take(lane, () => {
      if (isLate) throw new DatabaseError('waited too long for the embedded database', '57014');
      return work();
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        isLate = true;
        reject(new DatabaseError('waited too long for the embedded database', '57014'));
      }, LONGEST_WAIT_MS);
      timer.unref();
      mine.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };
  const inTransaction = async <T>(work: () => Promise<T>): Promise<T> => {
    await query('begin');
    try {
      const result = await work();
      await query('commit');
      return result;
    } catch (error) {
      await query('rollback');
      throw error;
    }
  };

  await opened;
  makePrivate(folder);
  return {
    kind: 'embedded',
    query: (sql, parameters) => inTurn(() => query(sql, parameters)),
    ahead: { query: (sql, parameters) => inTurn(() => query(sql, parameters), 'AHEAD') },
    transaction: (work) => inTurn(() => inTransaction(() => work({ query }))),
    async run(script) {
      await inTurn(() => inTransaction(() => ask({ kind: 'run', script })));
    },
    async listen(channel, heard) {
      const before = listeners.get(channel);
      if (before) before.push(heard);
      else {
        listeners.set(channel, [heard]);
        await inTurn(() => ask({ kind: 'listen', channel: plainName(channel) }));
      }
    },
    async close() {
      await inTurn(() => ask({ kind: 'close' }));
      await worker.terminate();
      makePrivate(folder);
    },
  };
}

/** PGlite makes its files for everybody to write, whatever the umask: the folder keeps others out, and a copy of it should as well. */
function makePrivate(folder: string): void {
  for (const one of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (one.isFile()) chmodSync(join(one.parentPath, one.name), 0o600);
}
