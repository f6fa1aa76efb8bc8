import type { FetchCall } from '../fetch.ts';

/** An event, with the call that it answers: what is asked can have changed before it is given. */
export interface Pushed {
  readonly event: Buffer;
  readonly call: FetchCall;
}

/** Events that have come from a provider and wait for the consumer to take them; bounded in number and in bytes. */
export class Inbox {
  readonly #events: Pushed[] = [];
  readonly #limits: InboxLimits;
  #bytes = 0;

  constructor(limits: InboxLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** False when it is full: the consumer is too slow for what happens. */
  push(pushed: Pushed): boolean {
    const { length } = pushed.event;
    if (this.#events.length >= this.#limits.events || this.#bytes + length > this.#limits.bytes) return false;
    this.#events.push(pushed);
    this.#bytes += length;
    return true;
  }

  /** The oldest event, which stays until it is dropped: it may have to be decided on again. */
  peek(): Pushed | undefined {
    return this.#events[0];
  }

  drop(): void {
    this.#bytes -= this.#events.shift()?.event.length ?? 0;
  }

  clear(): void {
    this.#events.length = 0;
    this.#bytes = 0;
  }
}

export interface InboxLimits {
  readonly events: number;
  readonly bytes: number;
}
