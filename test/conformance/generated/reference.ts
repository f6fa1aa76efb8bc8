import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { buildSupergraph } from '../../../gateway/federation/index.ts';
import { EXACT, type Log } from './members.ts';
import { fieldsByName, type Instance, resolved } from './values.ts';
import type { World } from './world.ts';

/** The merged schema for `referenceAnswer`, in which numbers are read as they are written. */
export function exactSchema(supergraphSdl: string): GraphQLSchema {
  const schema = buildSupergraph(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const long = schema.getType('Long');
  if (long) Object.assign(long, EXACT);
  return schema;
}

/** Executes an operation with graphql-js alone, over the merged schema and all the data: what every gateway should answer. */
export async function referenceAnswer(
  schema: GraphQLSchema,
  world: World,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  log: Log,
): Promise<ExecutionResult> {
  const fields = fieldsByName(world);
  return execute({
    schema,
    document: parse(query),
    variableValues: variables,
    rootValue: { __typename: 'Query', id: '' },
    typeResolver: (value) => (value as Instance).__typename,
    fieldResolver: (parent: Instance & Record<string, unknown>, args, _, info) => {
      const field = fields.get(info.fieldName);
      if (!field) return parent[info.fieldName];
      const isRoot = info.parentType.name === 'Query' || info.parentType.name === 'Mutation';
      if (info.parentType.name === 'Mutation') log.push(`${field.name}${JSON.stringify(args)}`);
      return resolved(
        field,
        isRoot ? info.parentType.name : parent.__typename,
        isRoot ? '' : parent.id,
        args,
      );
    },
  });
}
