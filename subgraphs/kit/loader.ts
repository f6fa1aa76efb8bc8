import DataLoader from 'dataloader';

/** A loader that asks once for all keys of a request; what is not found is null. */
export function createLoader<Value>(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
  return new DataLoader<string, Value | null>(async (keys) => {
    const found = await load(keys);
    return keys.map((key) => found.get(key) ?? null);
  });
}
