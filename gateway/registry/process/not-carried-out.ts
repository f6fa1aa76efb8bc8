/**
 * What became of a task that has no result. `FAILED`: it threw; `ENDED`: it has ended its process, or this is being closed;
 * `TIMED_OUT`: it took longer than it may; `TOO_MANY`: the department has enough waiting.
 */
export type NotCarriedOutReason = 'FAILED' | 'ENDED' | 'TIMED_OUT' | 'TOO_MANY';

/** A task of the process that composes has no result. */
export class NotCarriedOut extends Error {
  readonly reason: NotCarriedOutReason;
  constructor(reason: NotCarriedOutReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
