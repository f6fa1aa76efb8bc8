/** What taking from a counter came to. */
export interface Taken {
  readonly allowed: boolean;
  /** When it is worth trying again; 0 when allowed. */
  readonly retryAfterMs: number;
}

/**
 * What happens where the shared counter cannot be asked: each instance counts for itself, so that a limit holds per
 * instance; or nothing is allowed, where counting alone would open what the limit guards.
 */
export type WhenUnreachable = 'COUNT_ALONE' | 'REFUSE';

/** Rate limits shared by everything that serves one key. */
export interface Counters {
  /** Takes `cost` of `limit` in a window of `windowMs` that slides. Refused costs do not count. */
  take(key: string, cost: number, limit: number, windowMs: number): Taken | Promise<Taken>;
  /**
   * Takes `count` (one, where it is not said) of `limit` in a window that ends at a fixed instant (milliseconds since the epoch), for
   * example a day: all of it, or nothing.
   */
  takeUntil(
    key: string,
    limit: number,
    endsAt: number,
    when: WhenUnreachable,
    count?: number,
  ): Taken | Promise<Taken>;
  /** Gives back what was taken for something that did not come about. */
  giveBackUntil(key: string, endsAt: number, count: number): void | Promise<void>;
  close(): Promise<void>;
}
