import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  isInterfaceType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Interfaces that some subgraph knows as an object (`@interfaceObject`). */
export function interfaceObjects(supergraph: DocumentNode): ReadonlySet<string> {
  const isMarked = ({ arguments: given = [] }: ConstDirectiveNode): boolean =>
    given.some(
      ({ name, value }) => name.value === 'isInterfaceObject' && value.kind === Kind.BOOLEAN && value.value,
    );
  return new Set(
    supergraph.definitions.flatMap((one) =>
      one.kind === Kind.INTERFACE_TYPE_DEFINITION && (one.directives ?? []).some(isMarked)
        ? [one.name.value]
        : [],
    ),
  );
}

/**
 * An operation without conditions on interfaces that implement an interface object: each is a condition on each of its object types.
 * Where all that is known of an object is the interface, the planner finds a way to an object type, and none to another interface.
 */
export function withObjectConditions(
  document: DocumentNode,
  schema: GraphQLSchema,
  interfaces: ReadonlySet<string>,
): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.typeCondition.name.value] as const] : [],
    ),
  );
  /** The object types in whose place the condition stands; null for a condition that stays. */
  const objectsOf = (condition: string | undefined): readonly string[] | null => {
    const type = condition === undefined ? undefined : schema.getType(condition);
    if (!isInterfaceType(type) || !type.getInterfaces().some((one) => interfaces.has(one.name))) return null;
    return schema.getPossibleTypes(type).map((one) => one.name);
  };
  const replaced = (one: SelectionNode): SelectionNode[] => {
    if (one.kind === Kind.FIELD) return [one];
    const isSpread = one.kind === Kind.FRAGMENT_SPREAD;
    const objects = objectsOf(isSpread ? fragments.get(one.name.value) : one.typeCondition?.name.value);
    if (!objects) return [one];
    const { directives = [] } = one;
    const inner: SelectionSetNode = isSpread
      ? { kind: Kind.SELECTION_SET, selections: [{ ...one, directives: [] }] }
      : one.selectionSet;
    return objects.map(
      (name): InlineFragmentNode => ({
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
        directives,
        selectionSet: inner,
      }),
    );
  };
  return visit(document, {
    leave(node) {
      if (node.kind !== Kind.SELECTION_SET) return undefined;
      return { ...node, selections: node.selections.flatMap(replaced) };
    },
  });
}
