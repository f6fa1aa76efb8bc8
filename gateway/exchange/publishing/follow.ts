import type { Database } from '../../store/index.ts';
import { CHANNEL, currentNumber, type LiveState, readCurrent } from './publications.ts';

/** Instances are told of a publication; one that was not is found out within this time. */
const POLL_MS = 1_000;

/** Keeps this instance on what the store says is live. */
export interface Follower {
  /** Resolves when this instance has taken up what is live, or something later. Rejects when it could not. */
  catchUp(): Promise<void>;
  /** The number of what this instance serves. */
  number(): number;
  close(): Promise<void>;
}

/**
 * Follows what is live from `begin` on. `takeUp` puts a publication in place; while one is being put in place others wait, and of
 * those that came meanwhile only the last is taken. When that fails, or the store cannot be reached, what is live stays live.
 */
export async function followPublications(
  database: Database,
  begin: number,
  takeUp: (state: LiveState) => Promise<void>,
  onProblem: (error: unknown) => void,
): Promise<Follower> {
  let served = begin;
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();

  const step = async (): Promise<void> => {
    if (isClosed || (await currentNumber(database)) === served) return;
    const state = await readCurrent(database);
    if (!state || state.publication.number === served) return;
    await takeUp(state);
    served = state.publication.number;
  };
  const catchUp = (): Promise<void> => {
    const mine = turn.then(step);
    turn = mine.catch(() => undefined);
    return mine;
  };

  let isLooking = false;
  let isFailing = false;
  const look = (): void => {
    if (isLooking) return;
    isLooking = true;
    catchUp()
      .then(
        () => {
          isFailing = false;
        },
        (error: unknown) => {
          if (!isFailing) onProblem(error); // Once, not each second.
          isFailing = true;
        },
      )
      .finally(() => {
        isLooking = false;
      });
  };
  await database.listen(CHANNEL, () => void catchUp().catch(onProblem));
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return {
    catchUp,
    number: () => served,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await turn;
    },
  };
}
