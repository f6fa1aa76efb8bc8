import { LRUCache } from 'lru-cache';

/** A function whose body is generated code. */
type Compiled = (...values: readonly unknown[]) => unknown;

/** Characters of code that are kept. */
const KEPT = 4 * 1_048_576;

const kept = new LRUCache<string, Compiled>({
  maxSize: KEPT,
  sizeCalculation: (_compiled, text) => text.length + 1,
});

/**
 * The function with these parameters and this body. The same text is the same function: after a publication most operations come
 * to the same code as before, and what the machine has learnt of it, machine code included, stays.
 */
export function compileCode(parameters: readonly string[], body: string): Compiled {
  const text = `${parameters.join(',')}\n${body}`;
  const known = kept.get(text);
  if (known) return known;
  const compiled = new Function(...parameters, body) as Compiled;
  kept.set(text, compiled);
  return compiled;
}
