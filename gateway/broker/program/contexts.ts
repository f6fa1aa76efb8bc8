import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { writeJson } from '../../exact-json.ts';
import type { Path } from './paths.ts';
import { isJsonObject, type JsonObject } from './record.ts';
import { isOfType } from './rewrites.ts';

/** An object at a plan's path with the objects above it, nearest first. */
interface Placed {
  readonly object: JsonObject;
  readonly above: readonly JsonObject[];
}

/** Entities that take the same values from their context, with those values by variable. */
export interface ContextGroup {
  readonly values: JsonObject;
  readonly entities: JsonObject[];
}

/** Groups the entities at a path by what `@fromContext` arguments take from the objects above them. */
export type ContextGrouping = (data: JsonObject) => ContextGroup[];

type Rewrite = NonNullable<FetchNode['contextRewrites']>[number];

/** Compiles `contextRewrites`: paths that lead up (`..`), check a type (`... on T`) and then lead down to a value. */
export function compileContexts(
  schema: GraphQLSchema,
  path: Path,
  rewrites: readonly Rewrite[],
): ContextGrouping {
  return (data) => {
    const groups = new Map<string, ContextGroup>();
    for (const { object, above } of placedAt(data, path)) {
      const values: JsonObject = {};
      for (const { path: steps, renameKeyTo } of rewrites) {
        const value = valueAbove(schema, [object, ...above], steps);
        if (value !== undefined) values[renameKeyTo] = value;
      }
      const key = writeJson(values);
      const group = groups.get(key);
      if (group) group.entities.push(object);
      else groups.set(key, { values, entities: [object] });
    }
    return [...groups.values()];
  };
}

function placedAt(data: JsonObject, path: Path): Placed[] {
  const found: Placed[] = [];
  const walk = (value: unknown, at: number, above: readonly JsonObject[]): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, path[at] === '@' ? at + 1 : at, above);
    } else if (isJsonObject(value)) {
      const step = path[at];
      if (step === undefined) found.push({ object: value, above });
      else walk(value[step], at + 1, [value, ...above]);
    }
  };
  walk(data, 0, []);
  return found;
}

/** `way`: the object itself, which may set the context too, and those above it. */
function valueAbove(schema: GraphQLSchema, way: readonly JsonObject[], steps: readonly string[]): unknown {
  const up = steps.filter((step) => step === '..').length;
  let value: unknown = way[up];
  for (const step of steps.slice(up)) {
    if (!isJsonObject(value)) return value === null ? null : undefined;
    if (!step.startsWith('... on ')) value = value[step];
    else if (!isOfType(schema, value, step.slice('... on '.length), false)) return undefined;
  }
  return value;
}
