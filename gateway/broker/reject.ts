import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { Failure } from '../errors.ts';
import { type Admitted, isIncluded } from './operation/index.ts';
import type { Denial } from './shape/decisions.ts';

type Variables = Readonly<Record<string, unknown>>;

/** `onDenied: REJECT`: the denials that this request would meet, before anyone is asked; paths name no list items. */
export function deniedAtOnce(
  admitted: Admitted,
  denied: ReadonlyMap<FieldNode, Denial>,
  variables: Variables,
): Failure[] {
  if (denied.size === 0) return [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of admitted.document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  const failures = new Map<string, Failure>();
  const visit = (set: SelectionSetNode, path: readonly string[]): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, variables)) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment) visit(fragment.selectionSet, path);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, path);
      else {
        const here = [...path, selection.alias?.value ?? selection.name.value];
        const denial = denied.get(selection);
        if (denial) failures.set(here.join('.'), { ...denial, path: here });
        else if (selection.selectionSet) visit(selection.selectionSet, here);
      }
    }
  };
  visit(admitted.operation.selectionSet, []);
  return [...failures.values()];
}
