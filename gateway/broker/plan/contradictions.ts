import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What the conditions above a selection have settled: the variable's value wherever the selection counts at all. */
type Settled = ReadonlyMap<string, boolean>;

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * Takes away what can never be included (`@include(if: $a)` below `@skip(if: $a)`) and conditions that are settled above.
 * The planner would otherwise move the inner condition to the whole fetch, and lose the field around it.
 */
export function withoutContradictions(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((one) =>
    one.kind === Kind.OPERATION_DEFINITION || one.kind === Kind.FRAGMENT_DEFINITION
      ? { ...one, selectionSet: settle(one.selectionSet, new Map()) }
      : one,
  );
  return { ...document, definitions };
}

function settle(set: SelectionSetNode, settled: Settled): SelectionSetNode {
  const selections = set.selections.flatMap((one): SelectionNode[] => {
    const within = new Map(settled);
    const kept: DirectiveNode[] = [];
    for (const directive of one.directives ?? []) {
      const condition = conditionOf(directive);
      const known = condition && settled.get(condition.variable);
      if (condition && known !== undefined) {
        if (known !== condition.wanted) return [];
        continue;
      }
      if (condition) {
        if (within.get(condition.variable) === !condition.wanted) return [];
        within.set(condition.variable, condition.wanted);
      }
      kept.push(directive);
    }
    if (one.kind === Kind.FRAGMENT_SPREAD || !one.selectionSet) return [{ ...one, directives: kept }];
    const inner: FieldNode | InlineFragmentNode = {
      ...one,
      directives: kept,
      selectionSet: settle(one.selectionSet, within),
    };
    return [inner];
  });
  // Something unconditional keeps the object itself in the plan, whatever becomes of its fields.
  const isConditional = selections.every((one) => (one.directives ?? []).some(conditionOf));
  return { ...set, selections: isConditional ? [TYPENAME, ...selections] : selections };
}

/** The value that a variable must have for the selection to count. */
function conditionOf(
  directive: DirectiveNode,
): { readonly variable: string; readonly wanted: boolean } | null {
  const name = directive.name.value;
  if (name !== 'skip' && name !== 'include') return null;
  const value = directive.arguments?.find((one) => one.name.value === 'if')?.value;
  return value?.kind === Kind.VARIABLE ? { variable: value.name.value, wanted: name === 'include' } : null;
}
