import type { Failure } from '../../errors.ts';

/** Lets in so many requests at once: of one department, the others of which wait their turn, and no more than may wait. */
export interface Gate {
  /** Runs `work` when it is its turn; or says why it never will be. */
  pass<T>(department: string, work: () => Promise<T>): Promise<Passed<T>>;
}
export type Passed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export interface GateLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

export const GATE: GateLimits = { atOnce: 4, waiting: 60 };

export function createGate({ atOnce, waiting }: GateLimits = GATE): Gate {
  const queues = new Map<string, { running: number; readonly next: (() => void)[] }>();
  const enter = (department: string): Promise<void> | null => {
    const queue = queues.get(department) ?? { running: 0, next: [] };
    queues.set(department, queue);
    if (queue.running < atOnce) {
      queue.running++;
      return Promise.resolve();
    }
    if (queue.next.length >= waiting) return null;
    return new Promise((resolve) => queue.next.push(resolve));
  };
  const leave = (department: string): void => {
    const queue = queues.get(department);
    const next = queue?.next.shift();
    if (next) next();
    else if (queue && --queue.running === 0) queues.delete(department);
  };
  return {
    async pass(department, work) {
      const entered = enter(department);
      if (!entered) {
        const details = { limit: `${atOnce + waiting} 个同时的请求 requests at once`, retryAfter: 1 };
        return { ok: false, failure: { code: 'QUOTA_EXCEEDED', details } };
      }
      await entered;
      try {
        return { ok: true, value: await work() };
      } finally {
        leave(department);
      }
    },
  };
}
