import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import type { CostModel } from '../../registry/index.ts';
import { defaultSize, type Size, statedSize } from './cost.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How large an operation is. Fragments count wherever they are spread. */
export interface Measure {
  readonly depth: number;
  /** Of what is asked of the schema itself, which is counted apart: its types nest deeper than data. */
  readonly introspectionDepth: number;
  readonly aliases: number;
  /** Fields of the operation with fragments expanded. */
  readonly fields: number;
  readonly rootFields: number;
  /** Expected work, list sizes included; a function where a variable decides a list's size. */
  readonly cost: number | ((variables: Variables) => number);
}

interface Part {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly cost: Size;
}

const NOTHING: Part = { depth: 0, introspectionDepth: 0, aliases: 0, fields: 0, cost: 0 };

/**
 * Measures a validated operation in one walk. Each fragment is measured once for each type of sized parent,
 * so a bomb of nested spreads costs no more than its text.
 */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  costs: CostModel,
): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const memo = new Map<string, Part>();

  const ofSet = (set: SelectionSetNode, parent: GraphQLNamedType, sized: SizedFields): Part =>
    set.selections
      .map((selection): Part => {
        if (selection.kind === Kind.FIELD) return ofField(selection, parent, sized);
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = selection.typeCondition?.name.value;
          return ofSet(selection.selectionSet, (condition && schema.getType(condition)) || parent, sized);
        }
        const key = `${selection.name.value} ${sized.key}`;
        let part = memo.get(key);
        if (!part) {
          const fragment = fragments.get(selection.name.value);
          const type = fragment && schema.getType(fragment.typeCondition.name.value);
          part = fragment && type ? ofSet(fragment.selectionSet, type, sized) : NOTHING;
          memo.set(key, part);
        }
        return part;
      })
      .reduce(join, NOTHING);

  const ofField = (node: FieldNode, parent: GraphQLNamedType, sized: SizedFields): Part => {
    const aliases = node.alias ? 1 : 0;
    const told = introspectedType(schema, parent, node.name.value);
    if (told) {
      const inner = node.selectionSet ? ofSet(node.selectionSet, told, sized) : NOTHING;
      return {
        depth: 1,
        introspectionDepth: 1 + inner.introspectionDepth,
        aliases: aliases + inner.aliases,
        fields: 1 + inner.fields,
        cost: 0, // How long its answer is shows when it is written.
      };
    }
    const field = fieldOf(parent, node.name.value);
    if (!field) return { depth: 1, introspectionDepth: 0, aliases, fields: 1, cost: 0 }; // __typename
    const coordinate = `${parent.name}.${field.name}`;
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    const listSize = costs.listSize(coordinate);
    const stated = statedSize(
      listSize,
      node,
      (name) => field.args.find((one) => one.name === name)?.defaultValue,
    );
    const sizedChildren = listSize?.sizedFields ?? [];
    // @listSize(sizedFields:) states the size of the named children (`edges`), not of the field itself.
    const size = sized.fields.has(field.name)
      ? sized.size
      : stated !== null && sizedChildren.length === 0
        ? stated
        : defaultSize(isList);
    const inner = node.selectionSet
      ? ofSet(node.selectionSet, type, sizedFields(coordinate, node, sizedChildren, stated))
      : NOTHING;
    const own = costs.weight(coordinate) ?? costs.weight(type.name) ?? (isCompositeType(type) ? 1 : 0);
    const ofArguments = (node.arguments ?? []).reduce(
      (sum, one) => sum + (costs.weight(`${coordinate}(${one.name.value}:)`) ?? 0),
      0,
    );
    return {
      depth: 1 + inner.depth,
      introspectionDepth: inner.introspectionDepth,
      aliases: aliases + inner.aliases,
      fields: 1 + inner.fields,
      cost: add(multiply(size, add(own, inner.cost)), ofArguments),
    };
  };

  const root = schema.getRootType(operation.operation);
  const whole = root ? ofSet(operation.selectionSet, root, NONE_SIZED) : NOTHING;
  const rootFields = root ? countRoot(operation.selectionSet, fragments, new Map()) : 0;
  return { ...whole, rootFields };
}

interface SizedFields {
  readonly key: string;
  readonly fields: ReadonlySet<string>;
  readonly size: Size;
}

const NONE_SIZED: SizedFields = { key: '', fields: new Set(), size: 1 };

function sizedFields(
  coordinate: string,
  node: FieldNode,
  names: readonly string[],
  size: Size | null,
): SizedFields {
  if (names.length === 0 || size === null) return NONE_SIZED;
  return { key: `${coordinate}@${node.loc?.start ?? 0}`, fields: new Set(names), size };
}

function countRoot(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  memo: Map<string, number>,
): number {
  return set.selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + 1;
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return sum + countRoot(selection.selectionSet, fragments, memo);
    const name = selection.name.value;
    const fragment = fragments.get(name);
    const count = memo.get(name) ?? (fragment ? countRoot(fragment.selectionSet, fragments, memo) : 0);
    memo.set(name, count);
    return sum + count;
  }, 0);
}

function fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** The type of what is asked of the schema itself; undefined for data. */
function introspectedType(
  schema: GraphQLSchema,
  parent: GraphQLNamedType,
  name: string,
): GraphQLNamedType | undefined {
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return getNamedType(SchemaMetaFieldDef.type);
    if (name === TypeMetaFieldDef.name) return getNamedType(TypeMetaFieldDef.type);
  }
  if (!isIntrospectionType(parent)) return undefined;
  const field = fieldOf(parent, name);
  return field && getNamedType(field.type);
}

function join(a: Part, b: Part): Part {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: a.aliases + b.aliases,
    fields: a.fields + b.fields,
    cost: add(a.cost, b.cost),
  };
}

const evaluate = (size: Size, variables: Variables): number =>
  typeof size === 'number' ? size : size(variables);

function add(a: Size, b: Size): Size {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return (variables) => evaluate(a, variables) + evaluate(b, variables);
}

function multiply(a: Size, b: Size): Size {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return (variables) => evaluate(a, variables) * evaluate(b, variables);
}
