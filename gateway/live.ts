import type { Serving } from './serving.ts';

/** The serving that is live now. Replaced in one step: a request is served by the one that it began with. */
export interface Live {
  current(): Serving;
  /** Puts `next` in place. What was live is closed once its requests have been answered. */
  swap(next: Serving): void;
  /** Tells of each swap, after it; whoever holds on to the one before (a subscription) has entered it, and leaves in time. */
  onSwap(listener: (next: Serving, before: Serving) => void): () => void;
  /** Closes what is live and waits for what was. */
  close(): Promise<void>;
}

export function createLive(first: Serving, onProblem: (error: unknown) => void): Live {
  let serving = first;
  const listeners = new Set<(next: Serving, before: Serving) => void>();
  const retiring = new Set<Promise<void>>();
  const retire = (one: Serving): void => {
    const end = one
      .retire()
      .catch(onProblem)
      .finally(() => retiring.delete(end));
    retiring.add(end);
  };
  return {
    current: () => serving,
    swap(next) {
      const before = serving;
      serving = next;
      for (const listener of listeners) listener(next, before);
      retire(before);
    },
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      retire(serving);
      await Promise.all(retiring);
    },
  };
}
