import type { Failure } from '../../errors.ts';

/** A JSON object as a provider sent it. */
export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The null of a provider that does not know the entity of which it was asked something: nothing has failed. */
export const UNKNOWN_THERE = 'UNKNOWN_THERE';

/** Why a field is missing. What is missing without one was left out by its provider. */
export type Loss = Failure | typeof UNKNOWN_THERE;

/** Why fields of an object are missing: set where a fetch brought nothing, read where the answer is shaped. */
const LOST = Symbol('lost fields');

/** Stands for every field that is missing in the end. No field can be called so. */
export const WHATEVER_IS_MISSING = '*';

/** Marks fields of an object as lost. A symbol key can never come from JSON. A failure outweighs that a provider knows nothing. */
export function markFailed(target: JsonObject, fields: readonly string[], loss: Loss): void {
  const marked = target as { [LOST]?: Map<string, Loss> };
  const lost = marked[LOST] ?? new Map<string, Loss>();
  for (const field of fields) if (loss !== UNKNOWN_THERE || !lost.has(field)) lost.set(field, loss);
  marked[LOST] = lost;
}

export function lossOf(target: JsonObject, field: string): Loss | undefined {
  const lost = (target as { [LOST]?: Map<string, Loss> })[LOST];
  return lost?.get(field) ?? (target[field] === undefined ? lost?.get(WHATEVER_IS_MISSING) : undefined);
}

/** The failure by which a field is missing, if it is one. */
export function failureOf(target: JsonObject, field: string): Failure | undefined {
  const loss = lossOf(target, field);
  return loss === UNKNOWN_THERE ? undefined : loss;
}
