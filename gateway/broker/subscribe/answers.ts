import type { Answer } from '../parts.ts';

type Result = IteratorResult<Answer, void>;

/** Hands answers to one reader, never before it asks: what it does not take is not decided on yet. */
export class Answers {
  readonly stream: AsyncGenerator<Answer, void>;
  readonly #readers: ((result: Result) => void)[] = [];
  #last: Answer | null = null;
  #isOver = false;

  /** `onAsked` is called when the reader waits for an answer, `onLeft` when it wants no more. */
  constructor(onAsked: () => void, onLeft: () => void) {
    const leave = (): void => {
      this.#last = null;
      this.finish(null);
      onLeft();
    };
    // Written out: an `async function*` could not be ended while it waits.
    this.stream = {
      next: () => this.#next(onAsked),
      async return() {
        leave();
        return OVER;
      },
      async throw(error) {
        leave();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  give(answer: Answer): void {
    this.#readers.shift()?.({ done: false, value: answer });
  }

  /** No more answers, but for a last one where there is something to say. */
  finish(last: Answer | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const reader = last && this.#readers.shift();
    if (last && reader) reader({ done: false, value: last });
    else this.#last = last;
    for (const other of this.#readers.splice(0)) other(OVER);
  }

  #next(onAsked: () => void): Promise<Result> {
    const last = this.#last;
    this.#last = null;
    if (last) return Promise.resolve({ done: false, value: last });
    if (this.#isOver) return Promise.resolve(OVER);
    return new Promise((resolve) => {
      this.#readers.push(resolve);
      onAsked();
    });
  }
}

const OVER = { done: true, value: undefined } as const;
