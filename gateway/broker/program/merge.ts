import type { GraphQLSchema } from 'graphql';
import { ExactNumber } from '../../exact-json.ts';
import { isJsonObject, type JsonObject } from './record.ts';
import { isWithin } from './rewrites.ts';

export interface Merging {
  readonly schema: GraphQLSchema;
  /** Something of another type was sent for an object: what it would have brought is missing. */
  onOther(target: JsonObject): void;
  /** Two answers to one question that differ are no answer: the key is missing from now on. */
  onDiffering(target: JsonObject, key: string): void;
}

const DIFFERING = Symbol('differing answers');

/**
 * Merges what a provider sent into what is there. Null and absence never erase a value; lists are merged by position. A value that
 * differs from the one that is there is believed as little as that one: nobody can put his answer in another's place.
 * Whoever told an object's type first is believed, and only made more precise: rules hold by type, so an object that
 * is said to be of another type is another object, and nothing of it is taken. A key named `__proto__` is data that no
 * schema can have: it is dropped, never assigned.
 */
export function mergeInto(merging: Merging, target: JsonObject, source: JsonObject): void {
  const { schema } = merging;
  const type = target.__typename;
  const said = source.__typename;
  if (typeof type === 'string' && typeof said === 'string' && type !== said) {
    if (isWithin(schema, said, type)) target.__typename = said;
    else if (!isWithin(schema, type, said)) {
      merging.onOther(target);
      return;
    }
  } else if (said !== undefined && (type === undefined || type === null)) target.__typename = said;
  for (const key of Object.keys(source)) {
    if (key === '__proto__' || key === '__typename') continue;
    const value = source[key];
    const existing = target[key];
    // A function is what every object has under some names, and never data.
    if (existing === undefined || existing === null || typeof existing === 'function') target[key] = value;
    else if (value !== null && value !== undefined && value !== existing) {
      const merged = mergeValue(merging, existing, value);
      if (merged === DIFFERING) {
        target[key] = undefined;
        merging.onDiffering(target, key);
      } else target[key] = merged;
    }
  }
}

/** Both in one; `DIFFERING` where they are two answers. What differs in objects is missing in these. */
function mergeValue(merging: Merging, existing: unknown, value: unknown): unknown {
  if (existing instanceof ExactNumber || value instanceof ExactNumber)
    return String(existing) === String(value) ? existing : DIFFERING;
  if (isJsonObject(existing) && isJsonObject(value)) {
    if (existing !== value) mergeInto(merging, existing, value);
    return existing;
  }
  if (Array.isArray(existing) && Array.isArray(value)) {
    if (existing.length !== value.length) return DIFFERING;
    const items = existing.map((item: unknown, index) => {
      const other: unknown = value[index];
      if (other === null || other === undefined) return item;
      return item === null || item === undefined ? other : mergeValue(merging, item, other);
    });
    return items.includes(DIFFERING) ? DIFFERING : items;
  }
  return isSame(existing, value) ? existing : DIFFERING;
}

/** An `ID` may be sent as a number or as its text. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === typeof b) return a === b;
  return typeof a !== 'object' && typeof b !== 'object' && String(a) === String(b);
}
