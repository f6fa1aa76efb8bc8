import { type Database, DatabaseError, type Queryable, type Row } from '../../store/index.ts';
import type { Worker, Workers } from './job.ts';

interface Reporter {
  error(facts: object, message: string): void;
}

export interface JobsOptions {
  readonly database: Database;
  readonly workers: Workers;
  readonly now: () => number;
  readonly report: Reporter;
  /** How often is looked for jobs that are due, in milliseconds; 0 for never by itself. */
  readonly pollMs?: number;
}

/** The jobs of this instance. Instances on one database share the work: each job is taken by one. */
export interface Jobs {
  /** Does everything that is due now; resolves when nothing is left that this instance could take. */
  runDue(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 500;
const MOST_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Looks for due jobs and does them, one after the other. */
export function startJobs(options: JobsOptions): Jobs {
  const { pollMs = POLL_MS } = options;
  let isClosed = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let wasReached = true;

  const runDue = (): Promise<void> => {
    running ??= drain(options, () => isClosed).finally(() => {
      running = null;
    });
    return running;
  };
  const loop = async (): Promise<void> => {
    try {
      await runDue();
      wasReached = true;
    } catch (error) {
      if (wasReached)
        options.report.error({ error }, 'jobs cannot be read: they wait until the database is back');
      wasReached = false;
    }
    if (isClosed) return;
    timer = setTimeout(() => void loop(), pollMs);
    timer.unref();
  };
  if (pollMs > 0) void loop();
  return {
    runDue,
    async close() {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await running?.catch(() => undefined);
    },
  };
}

async function drain(options: JobsOptions, isClosed: () => boolean): Promise<void> {
  while (!isClosed() && (await runNext(options)));
}

/** Takes the job that has been due longest; false when there is none. */
async function runNext(options: JobsOptions): Promise<boolean> {
  const { database, workers } = options;
  let taken: Row | undefined;
  try {
    taken = await database.transaction(async (transaction) => {
      const row = await claim(transaction, options);
      if (!row) return undefined;
      const worker = workers[String(row.kind)];
      if (worker?.way === 'LEASED') await lease(transaction, row, worker.leaseMs, options.now());
      else if (worker) await runInside(transaction, row, worker);
      return row;
    });
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    await postpone(options, error.row, error.cause);
    return true;
  }
  if (!taken) return false;
  const worker = workers[String(taken.kind)];
  if (worker?.way === 'LEASED') await runLeased(options, taken, worker);
  return true;
}

/** `skip locked`: what another instance is doing is not waited for, and not done twice. */
async function claim(transaction: Queryable, { workers, now }: JobsOptions): Promise<Row | undefined> {
  const [row] = await transaction.query(
    `select id, kind, key, payload, attempts from jobs
     where run_at <= $1 and not dead and kind = any($2) order by run_at, id limit 1 for update skip locked`,
    [new Date(now()), Object.keys(workers)],
  );
  return row;
}

/** What went wrong in a job's own work, apart from what went wrong in reading jobs. */
class JobFailure extends Error {
  readonly row: Row;
  constructor(row: Row, cause: unknown) {
    super('a job has failed', { cause });
    this.row = row;
  }
}

async function runInside(
  transaction: Queryable,
  row: Row,
  worker: Extract<Worker, { way: 'IN_TRANSACTION' }>,
): Promise<void> {
  try {
    // Removed first: the work may schedule the next one under the same key.
    await transaction.query('delete from jobs where id = $1', [row.id]);
    await worker.work(row.payload, transaction);
  } catch (error) {
    // The connection is gone, and with it the transaction: nobody's fault, and the job is as it was.
    if (error instanceof DatabaseError && /^(08|57)/.test(error.code)) throw error;
    throw new JobFailure(row, error);
  }
}

async function lease(transaction: Queryable, row: Row, leaseMs: number, now: number): Promise<void> {
  await transaction.query('update jobs set run_at = $2, attempts = attempts + 1 where id = $1', [
    row.id,
    new Date(now + leaseMs),
  ]);
}

async function runLeased(
  options: JobsOptions,
  row: Row,
  worker: Extract<Worker, { way: 'LEASED' }>,
): Promise<void> {
  const attempt = Number(row.attempts) + 1;
  try {
    await worker.work(row.payload, attempt);
  } catch (error) {
    await postpone(options, { ...row, attempts: attempt }, error, 0);
    return;
  }
  // Only what we did: scheduled anew meanwhile, or taken by another after our lease, it is no longer ours.
  await options.database.query('delete from jobs where id = $1 and attempts = $2', [row.id, attempt]);
}

/** Tries again after 1 s, 2 s, 4 s … up to an hour; given up after ten attempts. */
async function postpone(options: JobsOptions, row: Row, cause: unknown, counted = 1): Promise<void> {
  const before = Number(row.attempts);
  const attempts = before + counted;
  const dead = attempts >= MOST_ATTEMPTS;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
  const kind = cause instanceof Error ? cause.name : typeof cause;
  options.report.error(
    { error: cause, job: row.kind, id: row.id, attempts, dead },
    dead ? 'a job was given up' : 'a job has failed and is tried again',
  );
  await options.database.query(
    'update jobs set attempts = $3, run_at = $4, failure = $5, dead = $6 where id = $1 and attempts = $2',
    [row.id, before, attempts, new Date(options.now() + pause), kind, dead],
  );
}
