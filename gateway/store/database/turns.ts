/** `AHEAD` is served before everything that waits as `USUAL`. */
export type Lane = 'AHEAD' | 'USUAL';

/** Work that is done one after the other, in the order in which it came within each lane. */
export interface Turns {
  take<T>(lane: Lane, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const waiting: Readonly<Record<Lane, (() => Promise<void>)[]>> = { AHEAD: [], USUAL: [] };
  let isBusy = false;
  const next = (): void => {
    const turn = waiting.AHEAD.shift() ?? waiting.USUAL.shift();
    isBusy = turn !== undefined;
    void turn?.().finally(next);
  };
  return {
    take(lane, work) {
      return new Promise((resolve, reject) => {
        waiting[lane].push(async () => {
          try {
            resolve(await work());
          } catch (error) {
            reject(error);
          }
        });
        if (!isBusy) next();
      });
    },
  };
}
