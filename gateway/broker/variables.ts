import {
  GraphQLID,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getVariableValues,
  isInputObjectType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import type { Failure } from '../errors.ts';
import { ExactNumber, holdsExactNumber } from '../exact-json.ts';

export type Coerced =
  | { readonly ok: true; readonly values: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failures: readonly Failure[] };

/** Coerces a request's variables (GraphQL spec §6.1.2). Values never appear in the messages: they may be personal. */
export function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): Coerced {
  if (definitions.length === 0) return { ok: true, values: {} };
  const given = holdsExactNumber(variables) ? withExactNumbers(schema, definitions, variables) : variables;
  const result = getVariableValues(schema, definitions, given, { maxErrors: 5 });
  // Without a prototype: a variable may be called `constructor`, and have no value.
  if (!result.errors) return { ok: true, values: Object.assign(Object.create(null), result.coerced) };
  const failures = result.errors.map(
    (error): Failure => ({ code: 'BAD_USER_INPUT', details: { detail: withoutValues(error.message) } }),
  );
  return { ok: false, failures };
}

/**
 * Variables in which only a scalar of the schema's own still holds exact numbers: elsewhere each is what its type takes. An `ID`
 * keeps its text, a `Float` is a double, and nothing else takes such a number.
 */
function withExactNumbers(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const given = new Map(Object.entries(variables));
  const fitted = (value: unknown, type: GraphQLType | undefined): unknown => {
    if (value instanceof ExactNumber) {
      if (isScalarType(type) && !isSpecifiedScalarType(type)) return value;
      const text = String(value);
      return type === GraphQLID && /^-?\d+$/.test(text) ? text : Number(text);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => fitted(one, type));
    if (!isInputObjectType(type)) return value;
    const fields = type.getFields();
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, fitted(one, bare(fields[key]?.type))]),
    );
  };
  for (const { variable, type } of definitions) {
    const name = variable.name.value;
    if (given.has(name)) given.set(name, fitted(given.get(name), bare(typeFromAST(schema, type))));
  }
  return Object.fromEntries(given);
}

/** A type without lists and non-null around it; a number may stand for a list of one (GraphQL spec §3.11). */
function bare(type: GraphQLType | undefined): GraphQLType | undefined {
  return type && getNamedType(type);
}

/** graphql-js quotes the value that it got: `Variable "$x" got invalid value "…" at "x.y"; Expected …`. */
function withoutValues(message: string): string {
  return message
    .replace(/got invalid value .*?(?=(?: at "[^"]*")?; )/s, 'got an invalid value')
    .replace(/(cannot represent [^:]*: ).*$/s, '$1…');
}
