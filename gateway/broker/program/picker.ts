import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { isJsonObject, type JsonObject } from './record.ts';

/** Copies of a provider's answer only what it was asked for. */
export type Picker = (value: unknown) => unknown;

/**
 * A picker for a selection. A provider that sends more than it was asked for could otherwise speak for another
 * department's fields, since answers are merged. Type conditions need not be looked at: keys are what is merged.
 */
export function compilePicker(document: DocumentNode, set: SelectionSetNode): Picker {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  return pickerOf(fragments, [set]);
}

function pickerOf(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  sets: readonly SelectionSetNode[],
): Picker {
  const children = new Map<string, SelectionSetNode[]>();
  const visited = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        const key = one.alias?.value ?? one.name.value;
        children.set(key, [...(children.get(key) ?? []), ...(one.selectionSet ? [one.selectionSet] : [])]);
      } else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet);
      else if (!visited.has(one.name.value)) {
        visited.add(one.name.value);
        const fragment = fragments.get(one.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collect(set);
  const keys = [...children].map(([key, inner]) => ({
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

/** The response keys at the top of a selection, fragments included. */
export function topKeys(document: DocumentNode, set: SelectionSetNode): string[] {
  const keys = new Set<string>();
  const visited = new Set<string>();
  const collect = (inner: SelectionSetNode): void => {
    for (const one of inner.selections) {
      if (one.kind === Kind.FIELD) keys.add(one.alias?.value ?? one.name.value);
      else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet);
      else if (!visited.has(one.name.value)) {
        visited.add(one.name.value);
        const fragment = document.definitions.find(
          (other) => other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) collect(fragment.selectionSet);
      }
    }
  };
  collect(set);
  return [...keys];
}
