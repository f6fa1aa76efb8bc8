import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { memberOf } from '../member-code.ts';

/** Copies of a provider's answer only what it was asked for. */
export type Picker = (value: unknown) => unknown;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * A picker for a selection. A provider that sends more than it was asked for could otherwise speak for another
 * department's fields, since answers are merged. Type conditions need not be looked at: keys are what is merged.
 */
export function compilePicker(document: DocumentNode, set: SelectionSetNode): Picker {
  return pickerOf(fragmentsOf(document), [set]);
}

/** The response keys at the top of a selection, fragments included. */
export function topKeys(document: DocumentNode, set: SelectionSetNode): string[] {
  return [...keysOf(fragmentsOf(document), [set]).keys()];
}

function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((one) => [one.name.value, one]));
}

/**
 * Writes a picker as code that makes each copy in one piece; names appear in it as JSON strings only. A key that was not
 * sent is undefined in the copy, which is the same to everyone who reads it.
 */
function pickerOf(fragments: Fragments, sets: readonly SelectionSetNode[]): Picker {
  const functions: string[] = [];
  const define = (selected: readonly SelectionSetNode[]): string => {
    const members = [...keysOf(fragments, selected)].map(([key, inner]) => {
      const copy = inner.length > 0 ? define(inner) : 'copyLeaf';
      return `${quotedKey(key)}: ${copy}(${memberOf('value', key)})`;
    });
    const name = `pick${functions.length}`;
    functions.push(`function ${name}(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return { ${members.join(', ')} };
  const items = new Array(value.length);
  for (let index = 0; index < items.length; index++) items[index] = ${name}(value[index]);
  return items;
}`);
    return name;
  };
  const name = define(sets);
  return new Function('copyLeaf', `'use strict';\n${functions.join('\n')}\nreturn ${name};`)(
    copyLeaf,
  ) as Picker;
}

/** In an object literal `"__proto__": x` would set the prototype. */
const quotedKey = (key: string): string => (key === '__proto__' ? `['${key}']` : JSON.stringify(key));

/** Lists and custom scalars may be objects, and those of two copies must not be the same. */
function copyLeaf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

/** The response keys of selections, each with what is selected below it. */
function keysOf(fragments: Fragments, sets: readonly SelectionSetNode[]): Map<string, SelectionSetNode[]> {
  const keys = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        const key = one.alias?.value ?? one.name.value;
        keys.set(key, [...(keys.get(key) ?? []), ...(one.selectionSet ? [one.selectionSet] : [])]);
      } else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet);
      else if (!visited.has(one.name.value)) {
        visited.add(one.name.value);
        const fragment = fragments.get(one.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collect(set);
  return keys;
}
