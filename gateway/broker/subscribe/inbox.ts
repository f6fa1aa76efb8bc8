/** Events that have come from a provider and wait for the consumer to take them; bounded in number and in bytes. */
export class Inbox {
  readonly #events: Buffer[] = [];
  readonly #limits: InboxLimits;
  #bytes = 0;

  constructor(limits: InboxLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** False when it is full: the consumer is too slow for what happens. */
  push(event: Buffer): boolean {
    if (this.#events.length >= this.#limits.events || this.#bytes + event.length > this.#limits.bytes)
      return false;
    this.#events.push(event);
    this.#bytes += event.length;
    return true;
  }

  /** The oldest event, which stays until it is dropped: it may have to be decided on again. */
  peek(): Buffer | undefined {
    return this.#events[0];
  }

  drop(): void {
    this.#bytes -= this.#events.shift()?.length ?? 0;
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
