import type { Worker } from 'node:worker_threads';

/** A publication is seldom alone; what is published later begins a new thread. */
const KEPT_MS = 15_000;

/**
 * One thread that has done its work, kept for the next of its kind: its program is loaded and compiled, which takes longer than building a
 * small planner, and is done by threads that queries need too.
 */
export class Spare {
  #worker: Worker | null = null;
  #end: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #forget = (): void => {
    this.#worker = null;
  };

  take(): Worker | null {
    const worker = this.#worker;
    this.#worker = null;
    clearTimeout(this.#end);
    worker?.off('error', this.#forget);
    worker?.off('exit', this.#forget);
    return worker;
  }

  /** Keeps a thread to which nobody listens any more and which has nothing to do; ends it where there is one already. */
  async give(worker: Worker): Promise<void> {
    if (this.#worker || this.#isClosed) {
      await worker.terminate();
      return;
    }
    this.#worker = worker;
    worker.on('error', this.#forget);
    worker.on('exit', this.#forget);
    this.#end = setTimeout(() => this.take()?.terminate().catch(this.#forget), KEPT_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.take()?.terminate();
  }
}
