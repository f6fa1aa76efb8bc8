import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isListType,
  isObjectType,
  valueFromAST,
} from 'graphql';
import { subjectFields } from '../../policy/index.ts';
import { pagingOf } from '../paging/shapes.ts';
import type { Judge } from './judge.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A field by which an argument names the records that are asked for: what comes must have one of the values that it was given. */
export interface Identified {
  readonly type: string;
  readonly field: string;
  /** The records are rows of a page, not what the field itself brings. */
  readonly isRow: boolean;
  /** The values that were asked for; null where none was given. */
  valuesOf(variables: Variables): readonly unknown[] | null;
}

/**
 * What the arguments of a field say of the records that it brings: an argument or input field `@sharing(as: …)` a key or the
 * subject of their type, and of that item's type. Of one record it is its key; of several only where it is called like
 * the key, as it could be a bound or an exception as well.
 */
export function identifiedBy(
  judge: Judge,
  node: FieldNode,
  parent: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
): readonly Identified[] {
  if (!node.arguments?.length) return [];
  const { schema } = judge;
  const named = getNamedType(field.type);
  const page = pagingOf(schema).pages.get(named.name);
  const isOne = !page && !isListType(getNullableType(field.type));
  const records = page ? recordsOf(schema, named, page) : possibleTypes(schema, named);
  const found: Identified[] = [];
  const look = (
    coordinate: string,
    { name, type }: { readonly name: string; readonly type: GraphQLInputType },
    read: (variables: Variables) => unknown,
  ): void => {
    const { tests } = judge.index.rule(coordinate);
    if (tests !== undefined) {
      const [owner = '', item = ''] = tests.split('.');
      for (const record of records) {
        const isOf = record.name === owner || record.getInterfaces().some((one) => one.name === owner);
        const target = isOf ? record.getFields()[item] : undefined;
        if (!target || getNamedType(target.type).name !== getNamedType(type).name) continue;
        const isNamed = isOne || isCalledLike(name, item);
        if (!isNamed || !isIdentity(judge, record.name, item, page !== undefined)) continue;
        const valuesOf = (variables: Variables) => asList(read(variables));
        found.push({ type: record.name, field: item, isRow: page !== undefined, valuesOf });
      }
    }
    const inner = getNullableType(type);
    if (!isInputObjectType(inner) || NEGATING.test(name)) return;
    for (const one of Object.values(inner.getFields())) {
      if (isInputObjectType(getNullableType(one.type))) continue; // What nests may combine in any way.
      look(`${inner.name}.${one.name}`, one, (variables) => memberOf(read(variables), one.name));
    }
  };
  for (const argument of node.arguments) {
    const definition = field.args.find((one) => one.name === argument.name.value);
    if (!definition) continue;
    const read = reader(argument, definition.type);
    look(`${parent.name}.${field.name}(${definition.name}:)`, definition, read);
  }
  return found;
}

const NEGATING = /^_?(not|or|any|none|except|exclude)/i;

/** `idNumber`, `idNumbers`, `idNumberIn`, `idNumber_eq`. */
function isCalledLike(name: string, item: string): boolean {
  return name.startsWith(item) && /^(s|es|list|_?in|_?eq|_?equals)?$/i.test(name.slice(item.length));
}

/** Is it what a record is told apart by? Of the rows of a page only the subject is known whatever was selected. */
function isIdentity({ schema, index }: Judge, type: string, item: string, isRow: boolean): boolean {
  if (subjectFields(schema, index, type).includes(item)) return true;
  const record = schema.getType(type);
  if (isRow || !isObjectType(record)) return false;
  return Object.values(record.getFields()).some((one) =>
    index.rule(`${type}.${one.name}`).sources?.some(({ key }) => key?.length === 1 && key[0] === item),
  );
}

function recordsOf(
  schema: GraphQLSchema,
  page: GraphQLNamedType,
  { rows, node }: { rows: string; node: string | null },
) {
  const row = isObjectType(page) ? page.getFields()[rows] : undefined;
  const rowType = row && getNamedType(row.type);
  if (node === null) return rowType ? possibleTypes(schema, rowType) : [];
  const record = isObjectType(rowType) ? rowType.getFields()[node] : undefined;
  return record ? possibleTypes(schema, getNamedType(record.type)) : [];
}

function possibleTypes(schema: GraphQLSchema, type: GraphQLNamedType) {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function reader(argument: ArgumentNode, type: GraphQLInputType): (variables: Variables) => unknown {
  const { value } = argument;
  if (value.kind === 'Variable') return (variables) => variables[value.name.value];
  return (variables) => valueFromAST(value, type, variables);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function asList(value: unknown): readonly unknown[] | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? value : [value];
}
