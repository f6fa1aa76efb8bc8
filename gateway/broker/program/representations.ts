import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isJsonObject, type JsonObject } from './record.ts';
import { isOfType } from './rewrites.ts';

/** Builds what a provider needs to know of an entity; null when a part of the key is missing. */
export type RepresentationOf = (entity: JsonObject) => JsonObject | null;

/** Compiles the `requires` of a fetch. */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
): RepresentationOf {
  const select = compileSelections(schema, requires);
  return (entity) => {
    const representation = select(entity);
    return representation !== null && typeof representation.__typename === 'string' ? representation : null;
  };
}

function compileSelections(
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
): (source: JsonObject) => JsonObject | null {
  const parts = selections.map((one) => compilePart(schema, one));
  return (source) => {
    const target: JsonObject = {};
    for (const part of parts) if (!part(source, target)) return null;
    return target;
  };
}

/** Copies one part; false when the source lacks it altogether (a null is a value). */
function compilePart(
  schema: GraphQLSchema,
  selection: QueryPlanSelectionNode,
): (source: JsonObject, target: JsonObject) => boolean {
  if (selection.kind === 'InlineFragment') {
    const inner = compileSelections(schema, selection.selections);
    const condition = selection.typeCondition;
    return (source, target) => {
      if (condition !== undefined && !isOfType(schema, source, condition, false)) return true;
      const selected = inner(source);
      if (selected) Object.assign(target, selected);
      return selected !== null;
    };
  }
  // The provider knows the value by its name; in the answer it may stand under an alias.
  const { name, alias: key = name } = selection;
  const inner = selection.selections && compileSelections(schema, selection.selections);
  return (source, target) => {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value === undefined) return false;
    const copied = inner ? copyNested(value, inner) : value;
    if (copied === undefined) return false;
    target[name] = copied;
    return true;
  };
}

function copyNested(value: unknown, select: (source: JsonObject) => JsonObject | null): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => copyNested(item, select));
    return items.includes(undefined) ? undefined : items;
  }
  return isJsonObject(value) ? (select(value) ?? undefined) : undefined;
}
