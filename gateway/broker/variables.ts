import { type GraphQLSchema, getVariableValues, type VariableDefinitionNode } from 'graphql';
import type { Failure } from '../errors.ts';

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
  const result = getVariableValues(schema, definitions, variables, { maxErrors: 5 });
  if (!result.errors) return { ok: true, values: result.coerced };
  const failures = result.errors.map(
    (error): Failure => ({ code: 'BAD_USER_INPUT', details: { detail: withoutValues(error.message) } }),
  );
  return { ok: false, failures };
}

/** graphql-js quotes the value that it got: `Variable "$x" got invalid value "…" at "x.y"; Expected …`. */
function withoutValues(message: string): string {
  return message
    .replace(/got invalid value .*?(?=(?: at "[^"]*")?; )/s, 'got an invalid value')
    .replace(/(cannot represent [^:]*: ).*$/s, '$1…');
}
