import type { Queryable } from '../../store/index.ts';

/** Something that has to be done at a time. */
export interface Job {
  readonly kind: string;
  /** There is one pending job for each kind and key: scheduled again, it is the same job at another time. */
  readonly key: string;
  /** Any JSON; best an id, of which the job reads how things stand when its time has come. */
  readonly payload: unknown;
  /** Milliseconds since the epoch. */
  readonly runAt: number;
}

/** How the jobs of one kind are done. */
export type Worker =
  | {
      /** In the transaction that removes the job: done exactly once, for work that is all in the database. */
      readonly way: 'IN_TRANSACTION';
      work(payload: unknown, transaction: Queryable): Promise<void>;
    }
  | {
      /**
       * Outside any transaction, for work that the world sees (a message): done at least once, and again when whoever had taken it
       * is not heard of for `leaseMs`.
       */
      readonly way: 'LEASED';
      readonly leaseMs: number;
      work(payload: unknown, attempt: number): Promise<void>;
    };

export type Workers = Readonly<Record<string, Worker>>;

/** Schedules a job with whatever else the transaction does, or moves the pending one of the same key to its new time. */
export async function scheduleJob(transaction: Queryable, job: Job): Promise<void> {
  await transaction.query(
    `insert into jobs (kind, key, payload, run_at) values ($1, $2, $3, $4)
     on conflict (kind, key) do update
     set payload = excluded.payload, run_at = excluded.run_at, attempts = 0, failure = null, dead = false`,
    [job.kind, job.key, JSON.stringify(job.payload), new Date(job.runAt)],
  );
}

/** Removes a pending job; one that is not there is removed already. */
export async function cancelJob(transaction: Queryable, kind: string, key: string): Promise<void> {
  await transaction.query('delete from jobs where kind = $1 and key = $2', [kind, key]);
}
