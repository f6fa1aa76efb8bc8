import type { Failure } from '../../errors.ts';

/** A JSON object as a provider sent it. */
export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why fields of an object are missing: set where a fetch failed, read where the answer is shaped. */
const FAILED = Symbol('failed fields');

/** Stands for every field that is missing in the end. No field can be called so. */
export const WHATEVER_IS_MISSING = '*';

/** Marks fields of an object as lost to a failure. A symbol key can never come from JSON. */
export function markFailed(target: JsonObject, fields: readonly string[], failure: Failure): void {
  const marked = target as { [FAILED]?: Map<string, Failure> };
  const failed = marked[FAILED] ?? new Map<string, Failure>();
  for (const field of fields) failed.set(field, failure);
  marked[FAILED] = failed;
}

export function failureOf(target: JsonObject, field: string): Failure | undefined {
  const failed = (target as { [FAILED]?: Map<string, Failure> })[FAILED];
  return failed?.get(field) ?? (target[field] === undefined ? failed?.get(WHATEVER_IS_MISSING) : undefined);
}
