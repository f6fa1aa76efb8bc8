import type { Database } from '../../store/index.ts';
import { CHANNEL, currentNumber, type LiveState, readCurrent } from './publications.ts';

/** Instances are told of a publication; one that was not is found out within this time. */
const POLL_MS = 1_000;

/** What could not be taken up is tried again, later each time: what was in the way may be gone. */
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

/** Keeps this instance on what the store says is live. */
export interface Follower {
  /** Resolves when this instance has taken up what is live, or something later. Rejects when it could not. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

export interface Following {
  /** The number of what this instance serves. */
  readonly served: number;
  /** The number of what it could not take up, where it serves something earlier. */
  readonly failed: number | null;
  /** Puts a publication in place. */
  takeUp(state: LiveState): Promise<void>;
  /** Told once of each publication that could not be read or put in place, and that the store cannot be reached. */
  onProblem(error: unknown, number: number | null): void;
}

interface Failed {
  readonly number: number;
  readonly error: unknown;
  readonly waitMs: number;
  readonly until: number;
}

/**
 * Follows what is live. While a publication is being put in place others wait, and of those that came meanwhile only the last is
 * taken. When that fails, or the store cannot be reached, what is live stays live; what is published next is tried at once.
 */
export async function followPublications(database: Database, following: Following): Promise<Follower> {
  let { served } = following;
  let failed = following.failed === null ? null : failure(following.failed, null, null);
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();

  const step = async (): Promise<void> => {
    if (isClosed) return;
    const number = await currentNumber(database);
    if (number === served) return;
    if (failed?.number === number && performance.now() < failed.until) throw new NotTakenUp(failed.error);
    const state = await readCurrent(database);
    if (!state || state.publication.number === served) return;
    try {
      await following.takeUp(state);
      served = state.publication.number;
      failed = null;
    } catch (error) {
      const { number: tried } = state.publication;
      if (failed?.number !== tried) following.onProblem(error, tried);
      failed = failure(tried, error, failed);
      throw new NotTakenUp(error);
    }
  };
  const catchUp = (): Promise<void> => {
    const mine = turn.then(step);
    turn = mine.catch(() => undefined);
    return mine;
  };

  let isLooking = false;
  let isFailing = false;
  const onUnreached = (error: unknown): void => {
    if (error instanceof NotTakenUp) return; // That has been told.
    if (!isFailing) following.onProblem(error, null); // Once, not each second.
    isFailing = true;
  };
  const look = (): void => {
    if (isLooking) return;
    isLooking = true;
    catchUp()
      .then(() => {
        isFailing = false;
      }, onUnreached)
      .finally(() => {
        isLooking = false;
      });
  };
  await database.listen(CHANNEL, () => void catchUp().catch(onUnreached));
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return {
    catchUp,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await turn;
    },
  };
}

class NotTakenUp extends Error {
  constructor(cause: unknown) {
    super('what is published could not be taken up', { cause });
  }
}

function failure(number: number, error: unknown, before: Failed | null): Failed {
  const waitMs = before?.number === number ? Math.min(before.waitMs * 2, LONGEST_RETRY_MS) : RETRY_MS;
  return { number, error, waitMs, until: performance.now() + waitMs };
}
