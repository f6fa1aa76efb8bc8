import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type CrossCheck, withoutMarks } from '../marks.ts';
import { extractOperation, operationOf } from '../operation/index.ts';
import type { Identified } from './identified.ts';
import { keySelections, type Needs, NO_NEEDS, needSelections } from './needs.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Fields with `@verify` and `@crossCheck`, marks that no provider sees; and fields whose arguments name what they bring. */
interface Marked {
  readonly checks: ReadonlyMap<FieldNode, unknown>;
  readonly crossChecks: ReadonlyMap<FieldNode, CrossCheck>;
  readonly identified: ReadonlyMap<FieldNode, readonly Identified[]>;
}

const NOTHING_MARKED: Marked = { checks: new Map(), crossChecks: new Map(), identified: new Map() };

/**
 * The operation without its denied fields: what providers may be asked. A selection that loses all its fields
 * asks for `__typename`, so that the object's presence is still known. Untouched nodes stay the same objects. What the
 * gateway needs itself is asked for beside the fields that it is needed for.
 */
export function pruneOperation(
  document: DocumentNode,
  denied: ReadonlyMap<FieldNode, unknown>,
  needs: Needs = NO_NEEDS,
  marked: Marked = NOTHING_MARKED,
): DocumentNode {
  const { checks, crossChecks, identified } = marked;
  if (denied.size + needs.size + checks.size + crossChecks.size + identified.size === 0) return document;
  const definitions = document.definitions.map((one) =>
    one.kind === Kind.OPERATION_DEFINITION || one.kind === Kind.FRAGMENT_DEFINITION
      ? pruneDefinition(one, denied, needs, marked)
      : one,
  );
  const pruned: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  return extractOperation(pruned, operationOf(pruned));
}

function pruneDefinition<T extends OperationDefinitionNode | FragmentDefinitionNode>(
  definition: T,
  denied: ReadonlyMap<FieldNode, unknown>,
  needs: Needs,
  marked: Marked,
): T {
  return { ...definition, selectionSet: pruneSet(definition.selectionSet, denied, needs, marked) };
}

function pruneSet(
  set: SelectionSetNode,
  denied: ReadonlyMap<FieldNode, unknown>,
  needs: Needs,
  marked: Marked,
): SelectionSetNode {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return [{ ...selection, selectionSet: pruneSet(selection.selectionSet, denied, needs, marked) }];
    }
    if (denied.has(selection)) return [];
    const beside = needSelections(selection, needs);
    if (marked.crossChecks.get(selection)?.isAskedApart) return beside;
    if (!selection.selectionSet) return [withoutMarks(selection), ...beside];
    const inner = pruneSet(selection.selectionSet, denied, needs, marked);
    const selections = [...inner.selections, ...keySelections(marked.identified.get(selection) ?? [])];
    return [{ ...selection, selectionSet: { ...inner, selections } }, ...beside];
  });
  return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] };
}
