/** What changes, told to whoever listens now. In memory: a provider with several instances needs a broker of messages. */
export interface Feed<Value> {
  publish(topic: string, value: Value): void;
  /** The values of a topic from now on. Fails when its reader has fallen too far behind: better than a gap. */
  listen(topic: string): AsyncGenerator<Value, void>;
}

/** Values that wait for a slow reader. */
const MOST_WAITING = 100;

interface Listener<Value> {
  push(value: Value): void;
}

export function createFeed<Value>(): Feed<Value> {
  const topics = new Map<string, Set<Listener<Value>>>();
  return {
    publish(topic, value) {
      for (const listener of [...(topics.get(topic) ?? [])]) listener.push(value);
    },
    listen(topic) {
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners);
      const waiting: Value[] = [];
      const readers: ((result: IteratorResult<Value, void>) => void)[] = [];
      let isOver = false;
      let isBehind = false;
      const end = (): void => {
        isOver = true;
        listeners.delete(listener);
        if (listeners.size === 0) topics.delete(topic);
        for (const reader of readers.splice(0)) reader(OVER);
      };
      const listener: Listener<Value> = {
        push(value) {
          const reader = readers.shift();
          if (reader) reader({ done: false, value });
          else if (waiting.push(value) > MOST_WAITING) {
            isBehind = true;
            end();
          }
        },
      };
      listeners.add(listener);
      // Written out: an `async function*` could not be ended while it waits for a value.
      const values: AsyncGenerator<Value, void> = {
        async next() {
          if (isBehind) throw new Error('the reader of this feed has fallen behind');
          const value = waiting.shift();
          if (value !== undefined) return { done: false, value };
          return isOver ? OVER : new Promise((resolve) => readers.push(resolve));
        },
        async return() {
          end();
          return OVER;
        },
        async throw(error) {
          end();
          throw error;
        },
        [Symbol.asyncIterator]: () => values,
      };
      return values;
    },
  };
}

const OVER = { done: true, value: undefined } as const;
