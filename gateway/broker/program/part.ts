import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql';
import { isLossy, type Numbers } from '../plan/numbers.ts';
import { isJsonObject, type JsonObject, type Loss, lossOf } from './record.ts';
import { isOfType } from './rewrites.ts';

/** Stands in a representation for a value that nobody brought. It is not written. */
export class Missing {
  /** The key that is missing, and why; undefined where whoever was to bring it just left it out. */
  readonly key: string;
  readonly loss: Loss | undefined;

  constructor(key: string, loss: Loss | undefined) {
    this.key = key;
    this.loss = loss;
  }

  toJSON(): undefined {
    return undefined;
  }
}

/**
 * What there is of a representation of which a part is missing; null where the entity is of no type that is asked for.
 * Beside the quick way of `representations.ts`, which makes whole ones only.
 */
export function presentPart(
  schema: GraphQLSchema,
  numbers: Numbers,
  requires: readonly QueryPlanSelectionNode[],
  entity: JsonObject,
): JsonObject | null {
  const part: JsonObject = {};
  copyPart({ schema, numbers }, requires, entity, part);
  return Object.keys(part).length > 0 ? part : null;
}

interface Copying {
  readonly schema: GraphQLSchema;
  readonly numbers: Numbers;
}

function copyPart(
  copying: Copying,
  selections: readonly QueryPlanSelectionNode[],
  source: JsonObject,
  part: JsonObject,
): void {
  for (const one of selections) {
    if (one.kind === 'InlineFragment') {
      const { typeCondition: condition } = one;
      if (
        condition === undefined ||
        isOfType(copying.schema, source, condition, source.__typename === undefined)
      )
        copyPart(copying, one.selections, source, part);
      continue;
    }
    const { name, alias: key = name, selections: inner } = one;
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value === undefined) part[name] = new Missing(key, lossOf(source, key));
    else if (inner) part[name] = copyBelow(copying, inner, key, value, part[name]);
    else part[name] = isLossy(copying.numbers, name, value) ? new Missing(key, undefined) : value;
  }
}

function copyBelow(
  copying: Copying,
  selections: readonly QueryPlanSelectionNode[],
  key: string,
  value: unknown,
  before: unknown,
): unknown {
  if (value === null) return null;
  if (Array.isArray(value))
    return value.map((item, index) =>
      copyBelow(copying, selections, key, item, Array.isArray(before) ? before[index] : undefined),
    );
  if (!isJsonObject(value)) return new Missing(key, undefined);
  const part = isJsonObject(before) && !(before instanceof Missing) ? before : {};
  copyPart(copying, selections, value, part);
  return part;
}

/** The first part of a field set that a representation lacks; null when it has all of it (a null is a value). */
export function lackOf(schema: GraphQLSchema, set: SelectionSetNode, part: unknown): Missing | null {
  if (part === null) return null;
  if (part instanceof Missing) return part;
  if (Array.isArray(part)) return firstOf(part, (item) => lackOf(schema, set, item));
  if (!isJsonObject(part)) return new Missing('', undefined);
  return firstOf(set.selections, (one) => {
    if (one.kind === Kind.FRAGMENT_SPREAD) return null;
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const condition = one.typeCondition?.name.value;
      const applies = condition === undefined || isOfType(schema, part, condition, true);
      return applies ? lackOf(schema, one.selectionSet, part) : null;
    }
    const name = one.name.value;
    const value = Object.hasOwn(part, name) ? part[name] : undefined;
    if (value === undefined) return new Missing(name, undefined);
    if (value instanceof Missing) return value;
    return one.selectionSet ? lackOf(schema, one.selectionSet, value) : null;
  });
}

function firstOf<T>(items: readonly T[], lackIn: (item: T) => Missing | null): Missing | null {
  for (const item of items) {
    const lack = lackIn(item);
    if (lack) return lack;
  }
  return null;
}

/** Anything that a representation lacks. */
export function anyLack(part: unknown): Missing | null {
  if (part instanceof Missing) return part;
  return typeof part === 'object' && part !== null ? firstOf(Object.values(part), anyLack) : null;
}
