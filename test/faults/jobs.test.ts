import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelJob, scheduleJob, startJobs, type Worker } from '../../gateway/exchange/jobs/index.ts';
import { projectRoot } from '../../gateway/files.ts';
import { type Database, openDatabase } from '../../gateway/store/index.ts';
import { provideDatabase } from '../e2e/setup/database.ts';
import { type Postgres, startPostgres } from '../e2e/setup/postgres.ts';

const tables = join(projectRoot(), 'schema', 'tables');
const report = { error: () => undefined };
const JOBS = 200;

describe.each(['embedded', 'server'] as const)('jobs in the %s database', (kind) => {
  let folder: string;
  let postgres: Postgres | null = null;
  let database: Database;
  const open = () => openDatabase({ url: postgres?.url, dataDir: folder, tables, report });
  const schedule = (...numbers: number[]) =>
    database.transaction(async (transaction) => {
      for (const n of numbers)
        await scheduleJob(transaction, { kind: 'count', key: String(n), payload: { n }, runAt: 1_000 });
    });
  const done = async () => (await database.query('select job from done order by job')).map(({ job }) => job);
  const pending = async () =>
    (await database.query('select key from jobs order by key')).map(({ key }) => key);
  const counting: Worker = {
    way: 'IN_TRANSACTION',
    async work(payload, transaction) {
      const { n } = payload as { n: number };
      await transaction.query('insert into done (job) values ($1)', [n]);
      if (n < 0) throw new Error('cannot be done');
    },
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liancha-jobs-'));
    if (kind === 'server') postgres = await startPostgres();
    else await provideDatabase(folder);
    database = await open();
    await database.run('create table done (job int8)');
  });
  afterAll(async () => {
    await database.close();
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are done once each, none lost, although whoever does them is killed in the middle', async () => {
    await schedule(...Array.from({ length: JOBS }, (_, n) => n + 1));
    if (kind === 'embedded') await database.close(); // its files belong to one process
    const instances = kind === 'server' ? 2 : 1;
    await Promise.all(Array.from({ length: instances }, (_, n) => work(40 + 20 * n)));
    await Promise.all(Array.from({ length: instances }, () => work(Number.POSITIVE_INFINITY)));
    if (kind === 'embedded') database = await open();
    expect(await pending()).toEqual([]);
    expect(await done()).toEqual(Array.from({ length: JOBS }, (_, n) => n + 1));
  }, 120_000);

  /** Runs an instance that ends when no job is left, and kills it (SIGKILL) when it has begun so many. */
  function work(killAfter: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ['test/faults/jobs-worker.mjs', folder, tables, postgres?.url ?? ''],
      { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let begun = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      begun += chunk.length;
      if (begun >= killAfter) child.kill('SIGKILL');
    });
    return new Promise((resolve, reject) =>
      child.once('exit', (code, signal) => {
        const isKilled = killAfter < JOBS;
        if (isKilled ? signal === 'SIGKILL' : code === 0) resolve();
        else reject(new Error(`ended with ${code ?? signal} after ${begun} jobs`));
      }),
    );
  }

  it('wait for their time; one key is one job, at the time that was said last; what was cancelled is not done', async () => {
    await database.run('delete from done');
    await schedule(1, 2, 3);
    await database.transaction((transaction) => cancelJob(transaction, 'count', '2'));
    await database.transaction((transaction) =>
      scheduleJob(transaction, { kind: 'count', key: '3', payload: { n: 33 }, runAt: 5_000 }),
    );
    let now = 999;
    const jobs = startJobs({ database, workers: { count: counting }, now: () => now, report, pollMs: 0 });
    await jobs.runDue();
    expect(await done()).toEqual([]);
    now = 1_000;
    await jobs.runDue();
    expect(await done()).toEqual([1]);
    now = 5_000;
    await jobs.runDue();
    expect(await done()).toEqual([1, 33]);
    expect(await pending()).toEqual([]);
  });

  it('that fail leave nothing behind, are tried again with pauses, and are given up, kept, after ten times', async () => {
    await database.run('delete from done');
    await schedule(-1, 1);
    let now = 1_000;
    const jobs = startJobs({ database, workers: { count: counting }, now: () => now, report, pollMs: 0 });
    await jobs.runDue();
    expect(await done()).toEqual([1]);
    expect(await database.query('select attempts, failure, dead from jobs')).toEqual([
      { attempts: 1, failure: 'Error', dead: false },
    ]);
    for (let hour = 0; hour < 12; hour++) {
      now += 3_600_000;
      await jobs.runDue();
    }
    expect(await done()).toEqual([1]);
    expect(await database.query('select attempts, dead from jobs')).toEqual([{ attempts: 10, dead: true }]);
    await database.run('delete from jobs');
  });

  it('that the world sees are done outside a transaction, and again when whoever had taken them is not heard of', async () => {
    let now = 1_000;
    const attempts: number[] = [];
    const worker: Worker = {
      way: 'LEASED',
      leaseMs: 60_000,
      async work(_, attempt) {
        attempts.push(attempt);
        await database.query('select 1'); // Not in a transaction: this would wait for ever in the embedded database.
      },
    };
    await schedule(7);
    await database.run("update jobs set attempts = 1, run_at = '1970-01-01T00:01:00Z'"); // taken, then silence
    const jobs = startJobs({ database, workers: { count: worker }, now: () => now, report, pollMs: 0 });
    await jobs.runDue();
    expect(attempts).toEqual([]);
    now = 60_000;
    await jobs.runDue();
    expect(attempts).toEqual([2]);
    expect(await pending()).toEqual([]);
  });
});
