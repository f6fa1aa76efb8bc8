import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { z } from 'zod';
import { type Graph, type Member, plainSdl } from '../graphs/index.ts';

type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

const Posted = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** Memory for answers that are kept; what comes later is answered anew each time. */
const KEPT_BYTES = 512 * 1_048_576;

/**
 * The answers of one subgraph, as whole HTTP responses. A question is executed the first time that its body is seen, by
 * graphql-js over the real schema, so that every planner may ask in its own way; afterwards its answer is found by the body.
 */
export function answersOf(graph: Graph, member: Member): (body: string) => Buffer | Promise<Buffer> {
  const schema = schemaOf(graph, member);
  const kept = new Map<string, Buffer>();
  let keptBytes = 0;
  const answer = async (body: string): Promise<Buffer> => {
    const response = responseOf(await executeBody(schema, graph, body));
    if (keptBytes < KEPT_BYTES) {
      kept.set(body, response);
      keptBytes += body.length + response.length;
    }
    return response;
  };
  return (body) => kept.get(body) ?? answer(body);
}

async function executeBody(schema: GraphQLSchema, graph: Graph, body: string): Promise<unknown> {
  const { query, variables, operationName } = Posted.parse(JSON.parse(body));
  return execute({
    schema,
    document: parse(query),
    rootValue: graph.query,
    variableValues: variables ?? {},
    operationName: operationName ?? null,
  });
}

function responseOf(result: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(result));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function schemaOf(graph: Graph, member: Member): GraphQLSchema {
  const typeDefs = parse(plainSdl(member.sdl));
  const types = buildSubgraphSchema({ typeDefs });
  const resolvers: Resolvers = {};
  for (const [name, find] of graph.entities) {
    if (isObjectType(types.getType(name))) resolvers[name] = { __resolveReference: find };
  }
  return buildSubgraphSchema({ typeDefs, resolvers });
}
