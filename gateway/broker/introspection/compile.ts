import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { isIncluded, operationOf } from '../operation/index.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What is selected of one object of the schema: a type, a field, a directive and so on. */
export interface Shape {
  readonly members: readonly Member[];
  /** What was written of an object already: many fields have one type. */
  readonly written: Map<object, string>;
}

export interface Member {
  /** `"key":` */
  readonly label: string;
  readonly type: GraphQLOutputType;
  readonly inner: Shape | null;
  of(source: unknown): unknown;
}

/**
 * The operation's selections of the schema for given variables. The types of introspection are objects all of them, so that what
 * is selected of each is known beforehand (GraphQL spec §6.3.2, `CollectFields`).
 */
export function compileSelections(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
): Shape {
  const operation = operationOf(document);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const root = schema.getRootType(operation.operation);
  if (!root) return { members: [], written: new Map() };

  const collect = (type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> => {
    const found = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const isOf = (condition: string | undefined): boolean => {
      if (condition === undefined || condition === type.name) return true;
      const other = schema.getType(condition);
      return type.getInterfaces().some((one) => one === other);
    };
    const visit = (set: SelectionSetNode): void => {
      for (const one of set.selections) {
        if (!isIncluded(one, variables)) continue;
        if (one.kind === Kind.FIELD) {
          const key = one.alias?.value ?? one.name.value;
          const same = found.get(key);
          if (same) same.push(one);
          else found.set(key, [one]);
        } else if (one.kind === Kind.INLINE_FRAGMENT) {
          if (isOf(one.typeCondition?.name.value)) visit(one.selectionSet);
        } else if (!visited.has(one.name.value)) {
          visited.add(one.name.value);
          const fragment = fragments.get(one.name.value);
          if (fragment && isOf(fragment.typeCondition.name.value)) visit(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) visit(set);
    return found;
  };

  const shapeOf = (type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Shape => ({
    members: [...collect(type, sets)].flatMap(([key, nodes]) => memberOf(type, key, nodes) ?? []),
    written: new Map(),
  });

  const memberOf = (parent: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): Member | null => {
    const [node] = nodes;
    const field = node && fieldOf(schema, parent, node.name.value);
    if (!node || !field) return null;
    const named = getNamedType(field.type);
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    const args = getArgumentValues(field, node, variables);
    const info = infoOf(schema, operation, Object.fromEntries(fragments), parent, field, nodes, variables);
    const resolve = field.resolve ?? defaultFieldResolver;
    return {
      label: `${JSON.stringify(key)}:`,
      type: field.type,
      inner: isObjectType(named) ? shapeOf(named, sets) : null,
      of: (source) => resolve(source, args, undefined, info),
    };
  };
  return shapeOf(root, [operation.selectionSet]);
}

function fieldOf(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent !== schema.getQueryType()) return parent.getFields()[name];
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  return name === TypeMetaFieldDef.name ? TypeMetaFieldDef : undefined;
}

function infoOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Record<string, FragmentDefinitionNode>,
  parentType: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  fieldNodes: readonly FieldNode[],
  variables: Variables,
): GraphQLResolveInfo {
  return {
    schema,
    operation,
    fragments,
    parentType,
    fieldName: field.name,
    returnType: field.type,
    fieldNodes,
    path: { prev: undefined, key: field.name, typename: parentType.name },
    rootValue: undefined,
    variableValues: { ...variables },
  };
}
