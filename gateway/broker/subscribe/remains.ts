import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { type Admitted, isIncluded } from '../operation/index.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * Is any value left to be asked for, once the denied fields are taken away? A subscription that could only tell that
 * something has happened is not one that was asked for.
 */
export function isAnythingLeft(
  admitted: Admitted,
  denied: ReadonlyMap<FieldNode, unknown>,
  variables: Variables,
): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of admitted.document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const seen = new Set<string>();
  const isLeft = (set: SelectionSetNode): boolean =>
    set.selections.some((one) => {
      if (!isIncluded(one, variables)) return false;
      if (one.kind === Kind.INLINE_FRAGMENT) return isLeft(one.selectionSet);
      if (one.kind === Kind.FIELD) {
        if (denied.has(one) || one.name.value === '__typename') return false;
        return one.selectionSet ? isLeft(one.selectionSet) : true;
      }
      const fragment = seen.has(one.name.value) ? undefined : fragments.get(one.name.value);
      seen.add(one.name.value);
      return fragment !== undefined && isLeft(fragment.selectionSet);
    });
  return isLeft(admitted.operation.selectionSet);
}
