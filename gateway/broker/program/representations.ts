import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLSchema, isObjectType } from 'graphql';
import { writeJson } from '../../exact-json.ts';
import { isLossy, type Numbers } from '../plan/numbers.ts';
import { isJsonObject, type JsonObject } from './record.ts';
import { compileRewrites, isOfType, type Rewriter } from './rewrites.ts';

/** The JSON of what a provider needs to know of an entity; null when a part of the key is missing. */
type RepresentationOf = (entity: JsonObject) => string | null;

/** How entities are told apart and spoken of. */
export interface Representing {
  readonly representationOf: RepresentationOf;
  /**
   * A text that no other entity has, where there is one at hand; undefined for the others, which only their representations
   * tell apart. There are far more entities than different ones.
   */
  idOf(entity: JsonObject): string | undefined;
}

/** Compiles the `requires` of a fetch. */
export function compileRepresentation(
  parts: RepresentationParts,
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: FetchNode['inputRewrites'],
): Representing {
  const rewrite = compileRewrites(parts.schema, inputRewrites);
  const plain = rewrite ? null : compilePlain(parts, requires);
  if (plain) return plain;
  return { representationOf: compileSelected(parts, requires, rewrite), idOf: () => undefined };
}

interface RepresentationParts {
  readonly schema: GraphQLSchema;
  readonly numbers: Numbers;
}

function compileSelected(
  parts: RepresentationParts,
  requires: readonly QueryPlanSelectionNode[],
  rewrite: Rewriter | null,
): RepresentationOf {
  const select = compileSelections(parts, requires);
  return (entity) => {
    const representation = select(entity);
    if (representation === null || typeof representation.__typename !== 'string') return null;
    rewrite?.(representation);
    return writeJson(representation);
  };
}

/** The usual key: leaves of one type. Its text is written at once; there are far more representations than requests. */
function compilePlain(
  { schema, numbers }: RepresentationParts,
  requires: readonly QueryPlanSelectionNode[],
): Representing | null {
  const keys = new Map<string, string>();
  const conditions = new Set<string | undefined>();
  for (const one of requires) {
    if (one.kind !== 'InlineFragment') return null;
    conditions.add(one.typeCondition);
    for (const field of one.selections) {
      if (field.kind !== 'Field' || field.selections) return null;
      // The provider knows the value by its name; in the answer it may stand under an alias.
      const { name, alias: key = name } = field;
      if ((keys.get(name) ?? key) !== key) return null;
      keys.set(name, key);
    }
  }
  const [condition] = conditions;
  if (conditions.size !== 1 || condition === undefined || keys.get('__typename') !== '__typename')
    return null;
  const parts = [...keys].map(([name, key], index) => ({
    name,
    key,
    start: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  }));
  const representationOf: RepresentationOf = (entity) => {
    if (typeof entity.__typename !== 'string' || !isOfType(schema, entity, condition, false)) return null;
    let text = '';
    for (const { name, key, start } of parts) {
      const value = Object.hasOwn(entity, key) ? entity[key] : undefined;
      if (value === undefined || (typeof value !== 'string' && isLossy(numbers, name, value))) return null;
      text += `${start}${typeof value === 'string' ? JSON.stringify(value) : writeJson(value)}`;
    }
    return `${text}}`;
  };
  const [id, ...others] = [...keys.values()].filter((key) => key !== '__typename');
  const hasId = id !== undefined && others.length === 0 && isObjectType(schema.getType(condition));
  const idOf = (entity: JsonObject): string | undefined => {
    if (!hasId || entity.__typename !== condition) return undefined;
    const value = entity[id];
    return typeof value === 'string' ? value : undefined;
  };
  return { representationOf, idOf };
}

function compileSelections(
  { schema, numbers }: RepresentationParts,
  selections: readonly QueryPlanSelectionNode[],
): (source: JsonObject) => JsonObject | null {
  const parts = selections.map((one) => compilePart({ schema, numbers }, one));
  return (source) => {
    const target: JsonObject = {};
    for (const part of parts) if (!part(source, target)) return null;
    return target;
  };
}

/** Copies one part; false when the source lacks it altogether (a null is a value). */
function compilePart(
  parts: RepresentationParts,
  selection: QueryPlanSelectionNode,
): (source: JsonObject, target: JsonObject) => boolean {
  if (selection.kind === 'InlineFragment') {
    const inner = compileSelections(parts, selection.selections);
    const condition = selection.typeCondition;
    return (source, target) => {
      if (condition !== undefined && !isOfType(parts.schema, source, condition, false)) return true;
      const selected = inner(source);
      if (selected) Object.assign(target, selected);
      return selected !== null;
    };
  }
  // The provider knows the value by its name; in the answer it may stand under an alias.
  const { name, alias: key = name } = selection;
  const inner = selection.selections && compileSelections(parts, selection.selections);
  return (source, target) => {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (value === undefined || isLossy(parts.numbers, name, value)) return false;
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
