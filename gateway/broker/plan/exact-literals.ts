import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  TypeInfo,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { ExactNumber, isDouble, marked, unmarked } from '../../exact-json.ts';

/** An operation as it is planned, and what makes a plan of it one of the operation itself. */
interface Literals {
  readonly document: DocumentNode;
  restore(plan: QueryPlan): QueryPlan;
}

/** The planner makes doubles of the numbers of an operation. Those that a double does not hold go through it as texts. */
export function exactLiterals(schema: GraphQLSchema, document: DocumentNode): Literals {
  let isAny = false;
  const types = new TypeInfo(schema);
  const hide = (node: { readonly value: string }): ValueNode | undefined => {
    const type = getNamedType(types.getInputType());
    // Below a scalar of the schema's own, nothing has a type.
    const isOwn = !type || (isScalarType(type) && !isSpecifiedScalarType(type));
    if (!isOwn || isDouble(node.value)) return undefined;
    isAny = true;
    return { kind: Kind.STRING, value: marked(node.value) };
  };
  const hidden = visit(
    document,
    visitWithTypeInfo(types, { enter: (node) => (isNumber(node) ? hide(node) : undefined) }),
  );
  if (!isAny) return { document, restore: (plan) => plan };
  return {
    document: hidden,
    restore: (plan) =>
      JSON.parse(JSON.stringify(plan), (key, value: unknown) =>
        key === 'operation' && typeof value === 'string' ? unmarked(value) : value,
      ),
  };
}

function isNumber(node: {
  readonly kind: string;
}): node is Extract<ValueNode, { kind: Kind.INT | Kind.FLOAT }> {
  return node.kind === Kind.INT || node.kind === Kind.FLOAT;
}

/** Has a schema's own scalars read literals exactly, as in the defaults of variables. */
export function readLiteralsExactly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isScalarType(type) && !isSpecifiedScalarType(type)) type.parseLiteral = exactValue;
}

function exactValue(node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return isDouble(node.value) ? Number(node.value) : new ExactNumber(node.value);
    case Kind.LIST:
      return node.values.map((one) => exactValue(one, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, exactValue(value, variables)]),
      );
    default:
      return valueFromASTUntyped(node, variables);
  }
}
