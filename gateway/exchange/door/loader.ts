import type { Caller } from '../module.ts';

/** Reads what is asked for by key, many keys at once. */
export type Load<Value> = (keys: readonly string[], caller: Caller) => Promise<ReadonlyMap<string, Value>>;

/**
 * One question to the store for everything that the fields of one level of a request ask for. Nothing is kept between levels: a
 * mutation may have changed it.
 */
export function batched<Value>(
  load: Load<Value>,
): (key: string, caller: Caller) => Promise<Value | undefined> {
  const open = new WeakMap<
    Caller,
    { readonly keys: Set<string>; readonly loaded: ReturnType<Load<Value>> }
  >();
  return async (key, caller) => {
    let batch = open.get(caller);
    if (!batch) {
      const keys = new Set<string>();
      const loaded = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        open.delete(caller);
        return load([...keys], caller);
      });
      batch = { keys, loaded };
      open.set(caller, batch);
    }
    batch.keys.add(key);
    return (await batch.loaded).get(key);
  };
}

/** Rows by the value of one of their columns, in their order. */
export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
