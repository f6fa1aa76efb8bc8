import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isInterfaceType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { ExactNumber } from '../../exact-json.ts';
import { compileCode } from '../compiled-code.ts';
import { memberOf } from '../member-code.ts';
import { fragmentsOf } from '../operation/index.ts';
import { isWithin } from './rewrites.ts';

/** Copies of a provider's answer only what it was asked for. `type` names the object's type; null where the answer tells it. */
export type Picker = (value: unknown, type: string | null) => unknown;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Sets = readonly SelectionSetNode[];
/** Is what is selected under a type condition asked for? */
type Applies = (condition: string) => boolean;

/**
 * A picker for a selection. A provider that sends more than it was asked for could otherwise speak for another
 * department's fields, since answers are merged: also with a field that it was asked for of objects of another type.
 */
export function compilePicker(schema: GraphQLSchema, document: DocumentNode, set: SelectionSetNode): Picker {
  return new PickerCode(schema, fragmentsOf(document)).compile([set]);
}

/** The response keys at the top of a selection, fragments included. */
export function topKeys(document: DocumentNode, set: SelectionSetNode): string[] {
  return [...keysOf(fragmentsOf(document), [set], () => true).keys()];
}

/**
 * Writes a picker as code that makes each copy in one piece; names appear in it as JSON strings only. A key that was not
 * sent is undefined in the copy, which is the same to everyone who reads it.
 */
class PickerCode {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Fragments;
  readonly #functions: string[] = [];
  /** Selections that are met again (below types that select the same) share their function. */
  readonly #names = new Map<string, string>();
  readonly #numbers = new Map<SelectionSetNode, number>();

  constructor(schema: GraphQLSchema, fragments: Fragments) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  compile(sets: Sets): Picker {
    const name = this.#define(sets);
    const code = `'use strict';\n${this.#functions.join('\n')}\nreturn ${name};`;
    return compileCode(['copyLeaf'], code)(copyLeaf) as Picker;
  }

  #define(sets: Sets): string {
    return this.#once(`any ${this.#identify(sets)}`, (name) => {
      const object = this.#object(sets);
      return `function ${name}(value, type) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = new Array(value.length);
    for (let index = 0; index < items.length; index++) items[index] = ${name}(value[index], null);
    return items;
  }
  ${object}
}`;
    });
  }

  /** Code that returns the copy of the object `value`: of its type only what was asked of that type. */
  #object(sets: Sets): string {
    const conditions = conditionsOf(this.#fragments, sets);
    if (conditions.size === 0) return `return ${this.#copy(sets, () => true)};`;
    const kinds = new Map<string, { readonly types: string[]; readonly applies: Applies }>();
    for (const type of this.#typesUnder(conditions)) {
      const applies: Applies = (condition) => isWithin(this.#schema, type, condition);
      const kind = [...conditions].filter(applies).join(' ');
      const same = kinds.get(kind);
      if (same) same.types.push(type);
      else kinds.set(kind, { types: [type], applies });
    }
    const cases = [...kinds.values()].map(
      ({ types, applies }) =>
        `${types.map((one) => `case ${JSON.stringify(one)}:`).join(' ')} return ${this.#copy(sets, applies)};`,
    );
    const ofAnyType = this.#copy(sets, () => false);
    // Who was asked for the type and does not tell it has not told of which type the rest is.
    const isTypeAsked = keysOf(this.#fragments, sets, () => false).has('__typename');
    return `const told = value.__typename;
  switch (type ?? (typeof told === 'string' ? told : null)) {
    ${cases.join('\n    ')}
    case null: return ${isTypeAsked ? ofAnyType : this.#copy(sets, () => true)};
    default: return ${ofAnyType};
  }`;
  }

  #copy(sets: Sets, applies: Applies): string {
    const members = [...keysOf(this.#fragments, sets, applies)].map(([key, inner]) => {
      const value = memberOf('value', key);
      return `${quotedKey(key)}: ${inner.length > 0 ? `${this.#define(inner)}(${value}, null)` : `copyLeaf(${value})`}`;
    });
    return `{ ${members.join(', ')} }`;
  }

  /** Names of types that an object under any of the conditions may say that it has; an interface object says an interface's. */
  #typesUnder(conditions: ReadonlySet<string>): Set<string> {
    const names = new Set(conditions);
    for (const condition of conditions) {
      const type = this.#schema.getType(condition);
      if (isUnionType(type)) for (const one of type.getTypes()) names.add(one.name);
      if (!isInterfaceType(type)) continue;
      const { objects, interfaces } = this.#schema.getImplementations(type);
      for (const one of [...objects, ...interfaces]) names.add(one.name);
    }
    return names;
  }

  #identify(sets: Sets): string {
    const numbers = sets.map((set) => {
      const number = this.#numbers.get(set) ?? this.#numbers.size;
      this.#numbers.set(set, number);
      return number;
    });
    return numbers.join(' ');
  }

  #once(what: string, write: (name: string) => string): string {
    const known = this.#names.get(what);
    if (known) return known;
    const name = `pick${this.#names.size}`;
    this.#names.set(what, name);
    this.#functions.push(write(name));
    return name;
  }
}

/** In an object literal `"__proto__": x` would set the prototype. */
const quotedKey = (key: string): string => (key === '__proto__' ? `['${key}']` : JSON.stringify(key));

/** Lists and custom scalars may be objects, and those of two copies must not be the same. */
function copyLeaf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(copyLeaf);
  const entries = Object.entries(value).map(([key, one]) => [key, copyLeaf(one)] as const);
  return Object.fromEntries(entries);
}

/** The type conditions of an object's fields. */
function conditionsOf(fragments: Fragments, sets: Sets): Set<string> {
  const conditions = new Set<string>();
  keysOf(fragments, sets, (condition) => {
    conditions.add(condition);
    return true;
  });
  return conditions;
}

/** The response keys of selections, each with what is selected below it. */
function keysOf(fragments: Fragments, sets: Sets, applies: Applies): Map<string, SelectionSetNode[]> {
  const keys = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        const key = one.alias?.value ?? one.name.value;
        keys.set(key, [...(keys.get(key) ?? []), ...(one.selectionSet ? [one.selectionSet] : [])]);
      } else if (one.kind === Kind.INLINE_FRAGMENT) {
        const condition = one.typeCondition?.name.value;
        if (condition === undefined || applies(condition)) collect(one.selectionSet);
      } else if (!visited.has(one.name.value)) {
        visited.add(one.name.value);
        const fragment = fragments.get(one.name.value);
        if (fragment && applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collect(set);
  return keys;
}
