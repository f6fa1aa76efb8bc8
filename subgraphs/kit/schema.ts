import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, Kind, parse, visit } from 'graphql';

/** Any resolver: each knows its own source, arguments and context, and the executor hands them over unseen. */
type Resolver = (source: never, args: never, context: never) => unknown;

/** A field of the Subscription type: where its events come from, and what an event resolves to. */
export interface EventResolver {
  readonly subscribe: Resolver;
  readonly resolve: Resolver;
}

/** Resolvers by type and field; `__resolveReference` resolves an entity, `__resolveType` an abstract type. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver | EventResolver>>>>;

type SchemaModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>;

const SHARING_DIRECTIVES = new Set([
  'sharing',
  'resource',
  'item',
  'subject',
  'mask',
  'authoritative',
  'composeDirective',
]);

/**
 * An executable subgraph. The sharing directives concern the gateway, so they are left out of the executable
 * schema; `_service { sdl }` gives the SDL with them, as it was written.
 */
export function buildSubgraph(sdl: string, resolvers: Resolvers): GraphQLSchema {
  const bare = visit(parse(sdl), {
    enter(node) {
      if (node.kind !== Kind.DIRECTIVE) return undefined;
      if (SHARING_DIRECTIVES.has(node.name.value)) return null;
      const url = node.arguments?.find((one) => one.name.value === 'url')?.value;
      return url?.kind === Kind.STRING && /\/sharing\/v\d/.test(url.value) ? null : undefined;
    },
  });
  const schema = buildSubgraphSchema({
    typeDefs: bare,
    resolvers: resolvers as NonNullable<SchemaModule['resolvers']>,
  });
  const service = schema.getQueryType()?.getFields()._service;
  if (service) service.resolve = () => ({ sdl });
  return schema;
}
