import { composeServices } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { createEngine } from '../../gateway/broker/engine.ts';
import type { Fetch, FetchResult } from '../../gateway/broker/fetch.ts';
import type { EngineInput, RunResult } from '../../gateway/broker/prepare.ts';
import type { Failure } from '../../gateway/errors.ts';
import { buildSupergraph } from '../../gateway/registry/index.ts';

export type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

/** One subgraph, in memory. The federation link is added to its SDL. */
export interface Member {
  readonly sdl: string;
  readonly resolvers?: Resolvers;
}

export interface Answered {
  readonly data: unknown;
  readonly failures: readonly Failure[];
  readonly rows: number;
  /** Bodies that the subgraphs were sent, by subgraph, in order. */
  readonly calls: readonly { readonly subgraph: string; readonly body: string }[];
}

export interface Federation {
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;
  /** Our engine's answer. `tamper` may change what a subgraph answers. */
  ours(query: string, variables?: Record<string, unknown>, options?: Options): Promise<Answered>;
  /** The answer's data of @apollo/gateway. */
  theirs(query: string, variables?: Record<string, unknown>): Promise<{ data: unknown; errors: number }>;
}

interface Options {
  readonly tamper?: (subgraph: string, body: Buffer) => FetchResult;
  readonly guarded?: Partial<EngineInput>;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key","@requires","@provides","@shareable","@override","@external","@interfaceObject","@inaccessible","@tag","@context","@fromContext","@extends"])
`;

/** Composes members to a supergraph and executes them in memory, behind both engines. */
export function federate(members: Readonly<Record<string, Member>>): Federation {
  const services = Object.entries(members).map(([name, { sdl }]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(LINK + sdl),
  }));
  const composed = composeServices(services);
  if (composed.supergraphSdl === undefined) {
    throw new Error((composed.errors ?? []).map((one) => one.message).join('\n'));
  }
  const { supergraphSdl } = composed;
  const schemas = new Map(
    services.map(({ name, typeDefs }) => [
      name,
      buildSubgraphSchema({ typeDefs, resolvers: members[name]?.resolvers ?? {} }),
    ]),
  );
  const schema = buildSupergraph(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const engine = createEngine({
    supergraphSdl,
    schema,
    subgraphs: services.map(({ name }) => ({ name, provider: { name } })),
    index: { rule: () => ({ provider: { name: 'provider' } }) },
  });

  const ask = async (subgraph: string, body: string): Promise<Buffer> => {
    const subgraphSchema = schemas.get(subgraph);
    if (!subgraphSchema) throw new Error(`no subgraph ${subgraph}`);
    const { query, variables = {} } = JSON.parse(body);
    const result = await execute({
      schema: subgraphSchema,
      document: parse(query),
      variableValues: variables,
    });
    return Buffer.from(JSON.stringify(result));
  };

  let server: Promise<ApolloServer> | undefined;
  const reference = async (): Promise<ApolloServer> => {
    const gateway = new ApolloGateway({
      supergraphSdl,
      logger: SILENT,
      buildService: ({ name }) => {
        const subgraphSchema = schemas.get(name);
        if (!subgraphSchema) throw new Error(`no subgraph ${name}`);
        return new LocalGraphQLDataSource(subgraphSchema);
      },
    });
    const started = new ApolloServer({ gateway, logger: SILENT, stopOnTerminationSignals: false });
    await started.start();
    return started;
  };

  return {
    schema,
    supergraphSdl,
    async ours(query, variables = {}, options = {}) {
      const calls: { subgraph: string; body: string }[] = [];
      const fetch: Fetch = async ({ subgraph, body }) => {
        calls.push({ subgraph, body: String(body) });
        const answered = await ask(subgraph, String(body));
        return options.tamper?.(subgraph, answered) ?? { ok: true, body: answered };
      };
      const document = parse(query);
      const runnable = engine.compile({ ...unguarded(document), ...options.guarded });
      const result = await runnable.run({ variables, fetch, onSubject: () => undefined });
      return { data: read(result), failures: result.failures, rows: result.rows, calls };
    },
    async theirs(query, variables = {}) {
      server ??= reference();
      const response = await (await server).executeOperation({ query, variables });
      if (response.body.kind !== 'single') throw new Error('an incremental answer');
      const { data, errors = [] } = response.body.singleResult;
      return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.length };
    },
  };
}

/** An input to the engine by which everything is allowed. */
export function unguarded(document: EngineInput['document']): EngineInput {
  return {
    document,
    guardedDocument: document,
    guarded: { denied: new Map(), masked: new Map(), deniedValues: new Map() },
    subjects: new Set(),
  };
}

/** As a consumer would read it: through JSON. */
function read(result: RunResult): unknown {
  return JSON.parse(result.data.toString('utf8'));
}

const silent = (): void => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };
