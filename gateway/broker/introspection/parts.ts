import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { extractOperation, operationOf } from '../operation/index.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const isIntrospection = (field: FieldNode): boolean =>
  field.name.value === '__schema' || field.name.value === '__type';

/** The part of an operation that providers are asked; null when only the schema itself is asked for. */
export function askedOfProviders(document: DocumentNode): DocumentNode | null {
  const kept = keepFields(document, (field) => !isIntrospection(field));
  const asksNothing = kept.definitions.every(
    (one) =>
      (one.kind !== Kind.OPERATION_DEFINITION && one.kind !== Kind.FRAGMENT_DEFINITION) ||
      one.selectionSet.selections.every(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename',
      ),
  );
  return asksNothing ? null : kept;
}

/** The part of an operation that asks for the schema itself; null when it asks for nothing of it. */
export function askedOfSchema(document: DocumentNode): DocumentNode | null {
  let isAsked = false;
  const own = keepFields(document, (field) => {
    if (isIntrospection(field)) isAsked = true;
    return isIntrospection(field);
  });
  return isAsked ? own : null;
}

/** Keeps those fields of the root type for which `keep` says so; everything below them stays. */
function keepFields(document: DocumentNode, keep: (field: FieldNode) => boolean): DocumentNode {
  const operation = operationOf(document);
  const root = rootFragments(document, operation);
  const filter = (selections: readonly SelectionNode[]): SelectionNode[] => {
    const kept = selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FIELD) return keep(one) ? [one] : [];
      if (one.kind === Kind.FRAGMENT_SPREAD) return [one];
      return [
        { ...one, selectionSet: { ...one.selectionSet, selections: filter(one.selectionSet.selections) } },
      ];
    });
    return kept.length > 0 ? kept : [TYPENAME];
  };
  const definitions = document.definitions.map((one) => {
    const isRoot = one === operation || (one.kind === Kind.FRAGMENT_DEFINITION && root.has(one.name.value));
    if (!isRoot || (one.kind !== Kind.OPERATION_DEFINITION && one.kind !== Kind.FRAGMENT_DEFINITION))
      return one;
    return { ...one, selectionSet: { ...one.selectionSet, selections: filter(one.selectionSet.selections) } };
  });
  const kept: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  return extractOperation(kept, operationOf(kept));
}

/** Names of the fragments that are spread on the root type: below the operation without a field in between. */
function rootFragments(document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const names = new Set<string>();
  const visit = (
    node:
      | OperationDefinitionNode
      | FragmentDefinitionNode
      | { selectionSet: OperationDefinitionNode['selectionSet'] },
  ): void => {
    for (const one of node.selectionSet.selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) visit(one);
      if (one.kind !== Kind.FRAGMENT_SPREAD || names.has(one.name.value)) continue;
      names.add(one.name.value);
      const fragment = document.definitions.find(
        (other) => other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION) visit(fragment);
    }
  };
  visit(operation);
  return names;
}
