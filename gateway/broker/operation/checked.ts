import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

const hasMark = (node: FieldNode, name: string): boolean =>
  (node.directives ?? []).some((one) => one.name.value === name);

/** `@verify` and `@crossCheck` stand on single values, in queries; a value is not checked row by row. */
export function checkedFields(context: ValidationContext): ASTVisitor {
  const report = (node: FieldNode, message: string): void =>
    context.reportError(new GraphQLError(message, { nodes: node }));
  let isMarked = false;
  return {
    Field(node) {
      const verifies = hasMark(node, 'verify');
      const crossChecks = hasMark(node, 'crossCheck');
      if (!verifies && !crossChecks) return;
      isMarked = true;
      const field = context.getFieldDef();
      const isSingle = field && isLeafType(getNullableType(field.type));
      if (!isSingle || node.name.value.startsWith('__'))
        return report(node, '@verify and @crossCheck stand on a single value.');
      if (verifies && crossChecks) return report(node, 'A value is checked or its sources are, not both.');
      if (crossChecks && (!isObjectType(context.getParentType()) || field.args.length > 0))
        report(node, '@crossCheck stands on a field of an object type, without arguments.');
    },
    Document: {
      leave(document) {
        if (!isMarked) return;
        const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
        if (operations.some((one) => one.operation !== 'query'))
          context.reportError(new GraphQLError('@verify and @crossCheck are for queries.'));
        // To try one value on every row would find the person who has it: a search, not a check.
        for (const node of verifiedInLists(context.getSchema(), document))
          report(node, '@verify does not stand below a list: name the record that is to be checked.');
      },
    },
  };
}

function verifiedInLists(schema: GraphQLSchema, document: DocumentNode): FieldNode[] {
  const found = new Set<FieldNode>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, isInList: boolean): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        if (isInList && hasMark(one, 'verify')) found.add(one);
        const isObject = isObjectType(parent) || isInterfaceType(parent);
        const type = isObject ? parent.getFields()[one.name.value]?.type : undefined;
        if (one.selectionSet && type) visit(one.selectionSet, getNamedType(type), isInList || hasList(type));
      } else if (one.kind === Kind.INLINE_FRAGMENT) {
        const condition = one.typeCondition?.name.value;
        visit(one.selectionSet, condition === undefined ? parent : schema.getType(condition), isInList);
      } else {
        const fragment = fragments.get(one.name.value);
        const key = `${one.name.value} ${isInList}`;
        if (!fragment || visited.has(key)) continue;
        visited.add(key);
        visit(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), isInList);
      }
    }
  };
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    visit(one.selectionSet, schema.getRootType(one.operation) ?? undefined, false);
  }
  return [...found];
}

function hasList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}
