import { type DocumentNode, type FieldNode, Kind, parse, type SelectionSetNode, visit } from 'graphql';
import type { Failure } from '../../../gateway/errors.ts';
import { ExactNumber, readJson, writeJson } from '../../../gateway/exact-json.ts';
import { fieldsByName } from './values.ts';
import type { World } from './world.ts';

/** A provider's answer to a request, as it reached the engine; null where there was none. */
export interface Exchange {
  readonly subgraph: string;
  readonly asked: string;
  readonly answered: Buffer | null;
}

interface Given {
  /** The values that came for a field from those who may give it, as JSON; `null` is one of them. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  /** A provider said that it does not know an entity: what it was asked for is null then, and what would be asked by its keys. */
  readonly hasUnknown: boolean;
}

/**
 * What an answer has no reason for, as texts: a null that is neither its provider's own nor covered by an error, and a value that
 * nobody who owns the field gave for it.
 */
export function unfounded(
  world: World,
  query: string,
  answer: { readonly text: string; readonly failures: readonly Failure[] },
  exchanges: readonly Exchange[],
): string[] {
  const found: string[] = [];
  const { values, hasUnknown } = givenBy(world, exchanges);
  const names = namesByKey(parse(query));
  const isTold = toldBy(answer.failures);
  const fields = fieldsByName(world);
  const objects = new Set(
    [...names].flatMap(([key, all]) =>
      [...all].every((name) => fields.get(name)?.leaf === null) ? key : [],
    ),
  );
  const isGiven = (key: string, value: unknown): boolean => {
    if (value !== null && (key === '' || objects.has(key))) return false;
    const text = writeJson(value);
    return [...(names.get(key) ?? [])].some((name) => values.get(name)?.has(text));
  };
  const walk = (key: string, value: unknown, path: readonly (string | number)[]): void => {
    if (names.get(key)?.has('__typename') && typeof value === 'string') return;
    if (isGiven(key, value) || (value === null && (hasUnknown || isTold(path)))) return;
    if (Array.isArray(value)) for (const [at, one] of value.entries()) walk(key, one, [...path, at]);
    else if (isHolder(value))
      for (const [inner, one] of Object.entries(value)) walk(inner, one, [...path, inner]);
    else found.push(`${writeJson(value)} at ${path.join('.')}`);
  };
  walk('', readJson(answer.text), []);
  return found;
}

/** Whether an error stands at a null, above it, or at what was lost below it. */
function toldBy(failures: readonly Failure[]): (path: readonly (string | number)[]) => boolean {
  const told = new Set<string>();
  const below = new Set<string>();
  for (const { path = [] } of failures) {
    told.add(JSON.stringify(path));
    for (let at = 0; at < path.length; at++) below.add(JSON.stringify(path.slice(0, at)));
  }
  return (path) =>
    told.has('[]') ||
    below.has(JSON.stringify(path)) ||
    path.some((_, at) => told.has(JSON.stringify(path.slice(0, at + 1))));
}

function givenBy(world: World, exchanges: readonly Exchange[]): Given {
  const fields = fieldsByName(world);
  const values = new Map<string, Set<string>>();
  let hasUnknown = false;
  for (const { subgraph, asked, answered } of exchanges) {
    const data = answered === null ? null : dataOf(answered);
    if (data === null) continue;
    const mayGive = new Map<string, boolean>();
    const note = (name: string, value: unknown): void => {
      const field = fields.get(name);
      const isTheirs = mayGive.get(name) ?? (!field || world.mayGive(subgraph, field));
      mayGive.set(name, isTheirs);
      if (!isTheirs) return;
      const known = values.get(name) ?? new Set<string>();
      values.set(name, known);
      noteAll(known, value);
    };
    const walk = (below: Asked, value: unknown): void => {
      if (Array.isArray(value)) for (const one of value) walk(below, one);
      else if (isHolder(value)) {
        for (const [key, { name, inner }] of below) {
          const own: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
          if (own === undefined) continue;
          if (name === '_entities' && Array.isArray(own) && own.includes(null)) hasUnknown = true;
          if (inner === null) note(name, own);
          else {
            if (holdsNull(own)) note(name, [null]);
            walk(inner, own);
          }
        }
      }
    };
    walk(askedBy(world, String(Object(JSON.parse(asked)).query)), data);
  }
  return { values, hasUnknown };
}

/** A value, and what lists of lists hold; an ID that was given as a number is shown as text. */
function noteAll(known: Set<string>, value: unknown, lists = 2): void {
  known.add(writeJson(value));
  if (typeof value === 'number' || value instanceof ExactNumber) known.add(JSON.stringify(String(value)));
  if (Array.isArray(value) && lists > 0) for (const one of value) noteAll(known, one, lists - 1);
}

function dataOf(body: Buffer): unknown {
  try {
    return Object(readJson(body.toString('utf8'))).data ?? null;
  } catch {
    return null; // No JSON is no answer.
  }
}

function holdsNull(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.some(holdsNull));
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a request asks for, by response keys. */
type Asked = Map<string, { readonly name: string; readonly inner: Asked | null }>;

/** A world is asked the same again and again. */
const known = new WeakMap<World, Map<string, Asked>>();

function askedBy(world: World, query: string): Asked {
  const queries = known.get(world) ?? new Map<string, Asked>();
  known.set(world, queries);
  const found = queries.get(query);
  if (found) return found;
  const document = parse(query);
  const sets = document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet : [],
  );
  const asked = askedOf(document, sets);
  queries.set(query, asked);
  return asked;
}

function askedOf(document: DocumentNode, sets: readonly SelectionSetNode[]): Asked {
  const nodes = new Map<string, FieldNode[]>();
  const add = (set: SelectionSetNode): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        const key = one.alias?.value ?? one.name.value;
        nodes.set(key, [...(nodes.get(key) ?? []), one]);
      } else if (one.kind === Kind.INLINE_FRAGMENT) add(one.selectionSet);
      else
        for (const other of document.definitions)
          if (other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value)
            add(other.selectionSet);
    }
  };
  for (const one of sets) add(one);
  return new Map(
    [...nodes].map(([key, own]) => {
      const below = own.flatMap((one) => one.selectionSet ?? []);
      return [
        key,
        { name: own[0]?.name.value ?? '', inner: below.length > 0 ? askedOf(document, below) : null },
      ];
    }),
  );
}

/** The fields that stand under each response key. */
function namesByKey(document: DocumentNode): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  visit(document, {
    Field(node) {
      const key = node.alias?.value ?? node.name.value;
      names.set(key, (names.get(key) ?? new Set()).add(node.name.value));
    },
  });
  return names;
}
