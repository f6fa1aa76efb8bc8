/** What taking from a counter came to. */
export interface Taken {
  readonly allowed: boolean;
  /** When it is worth trying again; 0 when allowed. */
  readonly retryAfterMs: number;
}

/** Rate limits shared by everything that serves one key. */
export interface Counters {
  /** Takes `cost` of `limit` in a window of `windowMs` that slides. Refused costs do not count. */
  take(key: string, cost: number, limit: number, windowMs: number): Taken | Promise<Taken>;
  close(): Promise<void>;
}
