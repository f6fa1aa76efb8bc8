import type { Answer } from '../../broker/index.ts';

/** Told of what is pushed, for the metrics. */
export interface Observer {
  /** A stream has begun; what it returns is called when it is over. */
  opened(): () => void;
  /** Something was answered: `OK`, or the first error's code. */
  answered(outcome: string): void;
}

export function outcomeOf({ failures }: Answer): string {
  return failures[0]?.code ?? 'OK';
}

/** The same stream, with the observer told of it. */
export function observed(
  answers: AsyncGenerator<Answer, void>,
  observer: Observer,
): AsyncGenerator<Answer, void> {
  let close: (() => void) | null = observer.opened();
  const end = (): void => {
    close?.();
    close = null;
  };
  return {
    async next() {
      try {
        const result = await answers.next();
        if (!result.done) observer.answered(outcomeOf(result.value));
        if (result.done || !result.value.data) end(); // Without data it is the last.
        return result;
      } catch (error) {
        end();
        throw error;
      }
    },
    return() {
      end();
      return answers.return();
    },
    throw(error) {
      end();
      return answers.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
