import { createHash } from 'node:crypto';
import { Kind, parse, print, visit } from 'graphql';
import type { Database } from '../../store/index.ts';

/** An operation that consumers ask, as a broker has kept it. */
export interface AskedOperation {
  readonly text: string;
  readonly name: string | null;
  /** Codes of the departments that have asked it since it was last taken. */
  readonly departments: readonly string[];
}

/** Keeps the operations that consumers ask, in the background: what would break one is told before it goes live. */
export interface SeenOperations {
  /** Writes what was asked since the last time. */
  flush(): Promise<void>;
  /** Operations asked within the last `days` days, the latest first. */
  recent(days: number): Promise<readonly AskedOperation[]>;
  close(): Promise<void>;
}

const FLUSH_MS = 5_000;
const MOST_RECENT = 5_000;

/** `take` gives what was asked since it was last called. */
export function keepSeenOperations(
  database: Database,
  take: () => readonly AskedOperation[],
  now: () => number,
  onProblem: (error: unknown) => void,
): SeenOperations {
  let waiting: readonly AskedOperation[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const write = async (): Promise<void> => {
    waiting = [...waiting, ...take()].slice(-MOST_RECENT);
    const writing = waiting;
    for (const one of writing) await keep(database, withoutValues(one), new Date(now()));
    waiting = waiting.slice(writing.length);
  };
  const flush = (): Promise<void> => {
    const mine = turn.then(write);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const timer = setInterval(() => void flush().catch(onProblem), FLUSH_MS);
  timer.unref();
  return {
    flush,
    async recent(days) {
      const since = new Date(now() - days * 86_400_000);
      const rows = await database.query(
        'select text, name, departments from seen_operations where last_at >= $1 order by last_at desc limit $2',
        [since, MOST_RECENT],
      );
      return rows.map(({ text, name, departments }) => ({
        text: String(text),
        name: name === null ? null : String(name),
        departments: Array.isArray(departments) ? departments.map(String) : [],
      }));
    },
    async close() {
      clearInterval(timer);
      await flush().catch(onProblem);
    },
  };
}

async function keep(
  database: Database,
  { text, name, departments }: AskedOperation,
  at: Date,
): Promise<void> {
  const digest = createHash('sha256')
    .update(JSON.stringify([text, name]))
    .digest('base64url');
  await database.query(
    `insert into seen_operations (digest, text, name, departments, last_at) values ($1, $2, $3, $4, $5)
     on conflict (digest) do update set last_at = $5,
       departments = (select array(select distinct unnest(seen_operations.departments || $4::text[])))`,
    [digest, text, name, departments, at],
  );
}

/** Values that are written into an operation may be of persons: none is kept. What is without any stays as it was written. */
export function withoutValues(operation: AskedOperation): AskedOperation {
  let isBare = true;
  const bare = visit(parse(operation.text, { noLocation: true }), {
    [Kind.STRING]: (node) => {
      if (node.value === '') return undefined;
      isBare = false;
      return { ...node, value: '', block: false };
    },
    [Kind.INT]: (node) => {
      if (node.value === '0') return undefined;
      isBare = false;
      return { ...node, value: '0' };
    },
    [Kind.FLOAT]: (node) => {
      isBare = false;
      return { ...node, value: '0.0' };
    },
  });
  return isBare && !operation.text.includes('#') ? operation : { ...operation, text: print(bare) };
}
