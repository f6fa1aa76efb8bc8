import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, operationOf } from '../../../gateway/broker/operation/index.ts';
import { collectFields } from '../../../gateway/broker/shape/collect.ts';

/** Is this an answer that the operation can have: just the selected keys, every value of its type, no null where none may be? */
export function conforms(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  data: unknown,
): boolean {
  const fragments = fragmentsOf(document);
  const conditions = new Map(Object.entries(variables).map(([name, value]) => [name, value === true]));

  const isObject = (type: GraphQLObjectType, sets: readonly SelectionSetNode[], value: unknown): boolean => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = collectFields(schema, fragments, conditions, type, sets);
    if (Object.keys(value).join() !== [...fields.keys()].join()) return false;
    return [...fields].every(([key, nodes]) => {
      const own: unknown = Reflect.get(value, key);
      const name = nodes[0]?.name.value ?? '';
      if (name === '__typename') return own === type.name;
      const field = type.getFields()[name];
      const below = nodes.flatMap((one) => one.selectionSet ?? []);
      return field !== undefined && isValue(field.type, below, own);
    });
  };
  const isValue = (type: GraphQLOutputType, sets: readonly SelectionSetNode[], value: unknown): boolean => {
    if (isNonNullType(type)) return value !== null && isValue(type.ofType, sets, value);
    if (value === null) return true;
    if (isListType(type))
      return Array.isArray(value) && value.every((one) => isValue(type.ofType, sets, one));
    if (isObjectType(type)) return isObject(type, sets, value);
    if (isAbstractType(type)) return schema.getPossibleTypes(type).some((one) => isObject(one, sets, value));
    return isLeafType(type) && isLeaf(type, value);
  };

  const operation = operationOf(document);
  const root = schema.getRootType(operation.operation);
  return (
    data === null || (root !== undefined && root !== null && isObject(root, [operation.selectionSet], data))
  );
}

function isLeaf(
  type: Parameters<typeof isLeafType>[0] & { parseValue(value: unknown): unknown },
  value: unknown,
) {
  try {
    // What a type reads in is what it gives out, but for an ID, which may be read from a number.
    return type.parseValue(value) !== undefined && (String(type) !== 'ID' || typeof value === 'string');
  } catch {
    return false;
  }
}
