import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { isJsonObject, type JsonObject } from './record.ts';

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

function pickerOf(fragments: Fragments, sets: readonly SelectionSetNode[]): Picker {
  const keys = [...keysOf(fragments, sets)].map(([key, inner]) => ({
    key,
    pick: inner.length > 0 ? pickerOf(fragments, inner) : null,
  }));
  const pick: Picker = (value) => {
    if (Array.isArray(value)) return value.map(pick);
    if (!isJsonObject(value)) return value;
    const picked: JsonObject = {};
    for (const { key, pick: inner } of keys) {
      if (!Object.hasOwn(value, key)) continue;
      picked[key] = inner ? inner(value[key]) : value[key];
    }
    return picked;
  };
  return pick;
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
