import { isJsonObject, type JsonObject } from './record.ts';

/**
 * Merges what a provider sent into what is there. Null and absence never erase a value; lists are merged by
 * position. A key named `__proto__` is data that no schema can have: it is dropped, never assigned.
 */
export function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const key of Object.keys(source)) {
    if (key === '__proto__') continue;
    const value = source[key];
    const existing = target[key];
    if (existing === undefined || existing === null) target[key] = value;
    else if (value !== null && value !== undefined) target[key] = mergeValue(existing, value);
  }
}

function mergeValue(existing: unknown, value: unknown): unknown {
  if (isJsonObject(existing) && isJsonObject(value)) {
    if (existing !== value) mergeInto(existing, value);
    return existing;
  }
  if (Array.isArray(existing) && Array.isArray(value)) {
    return existing.map((item: unknown, index) => {
      const other: unknown = value[index];
      if (other === null || other === undefined) return item;
      return item === null || item === undefined ? other : mergeValue(item, other);
    });
  }
  return value;
}
