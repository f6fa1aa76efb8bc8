import { composeServices } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { createEngine } from '../../gateway/broker/engine.ts';
import type { Fetch, FetchResult } from '../../gateway/broker/fetch.ts';
import { operationOf } from '../../gateway/broker/operation/index.ts';
import { planInProcess } from '../../gateway/broker/plan/in-process.ts';
import type { EngineInput } from '../../gateway/broker/prepare.ts';
import { coerceVariables } from '../../gateway/broker/variables.ts';
import type { Failure } from '../../gateway/errors.ts';
import { readJson, writeJson } from '../../gateway/exact-json.ts';
import { buildSupergraph } from '../../gateway/federation/index.ts';
import { NO_SUBJECTS } from '../../gateway/ledger/index.ts';
import { markOneOf, withOneOf } from '../../gateway/registry/one-of.ts';
import { naiveExecution } from './naive.ts';

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
  /** The JSON of `data` as it leaves, in the order of its keys. */
  readonly text: string;
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
  /** One operation for several requests, as the warm path has it. */
  prepare(
    query: string,
    guarded?: Partial<EngineInput>,
  ): (variables?: Record<string, unknown>, tamper?: Options['tamper']) => Promise<Answered>;
  /** What graphql-js makes of the merged schema, without any plan. */
  plain(query: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  /** The answer's data of @apollo/gateway. */
  theirs(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<{ data: unknown; errors: number; messages: readonly string[] }>;
}

interface Options {
  readonly tamper?: (subgraph: string, body: Buffer, asked: string) => FetchResult;
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
    typeDefs: withOneOf(parse(LINK + sdl)),
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
  const schemaOf = (name: string): GraphQLSchema => {
    const found = schemas.get(name);
    if (!found) throw new Error(`no subgraph ${name}`);
    return found;
  };
  const schema = buildSupergraph(supergraphSdl).apiSchema().toGraphQLJSSchema();
  markOneOf(
    schema,
    services.map(({ typeDefs }) => typeDefs),
  );
  const source = {
    schema,
    subgraphs: services.map(({ name }) => ({ name, provider: { name } })),
    index: { rule: () => ({ provider: { name: 'provider' } }) },
  };
  const engine = createEngine(source, planInProcess(supergraphSdl));

  const naive = naiveExecution(
    schema,
    services.map(({ name, typeDefs }) => ({ name, typeDefs, schema: schemaOf(name) })),
  );
  const known = new Map<string, DocumentNode>();
  /** Asks a subgraph as its server would be asked: what is not valid there is not executed. */
  const ask = async (subgraph: string, body: string): Promise<Buffer> => {
    const subgraphSchema = schemaOf(subgraph);
    const { query, variables = {} } = Object(readJson(body));
    let document = known.get(`${subgraph} ${query}`);
    if (!document) {
      document = parse(query);
      const errors = validate(subgraphSchema, document);
      if (errors.length > 0) return Buffer.from(JSON.stringify({ errors }));
      known.set(`${subgraph} ${query}`, document);
    }
    const result = await execute({ schema: subgraphSchema, document, variableValues: variables });
    return Buffer.from(writeJson(result));
  };

  const prepare: Federation['prepare'] = (query, guarded) => {
    const document = parse(query);
    const invalid = validate(schema, document);
    if (invalid.length > 0) throw new Error(invalid.map((one) => one.message).join('\n'));
    const input = { ...unguarded(document), ...guarded };
    const planned = engine.plan(input);
    const runnable =
      planned instanceof Promise
        ? planned.then((one) => engine.compile(input, one))
        : engine.compile(input, planned);
    const definitions = operationOf(document).variableDefinitions ?? [];
    return async (variables = {}, tamper) => {
      const calls: { subgraph: string; body: string }[] = [];
      const fetch: Fetch = async ({ subgraph, body }) => {
        calls.push({ subgraph, body: String(body) });
        const answered = await ask(subgraph, String(body));
        return tamper?.(subgraph, answered, String(body)) ?? { ok: true, body: answered };
      };
      const coerced = coerceVariables(schema, definitions, variables);
      if (!coerced.ok) throw new Error(JSON.stringify(coerced.failures));
      const result = await (await runnable).run({
        variables: coerced.values,
        fetch,
        subjects: NO_SUBJECTS,
      });
      const text = result.data.toString('utf8');
      return { data: JSON.parse(text), text, failures: result.failures, rows: result.rows, calls };
    };
  };

  let server: Promise<ApolloServer> | undefined;
  const reference = async (): Promise<ApolloServer> => {
    const gateway = new ApolloGateway({
      supergraphSdl,
      logger: SILENT,
      buildService: ({ name }) => new LocalGraphQLDataSource(schemaOf(name)),
    });
    const started = new ApolloServer({ gateway, logger: SILENT, stopOnTerminationSignals: false });
    await started.start();
    return started;
  };

  return {
    schema,
    supergraphSdl,
    async ours(query, variables = {}, { tamper, guarded } = {}) {
      return prepare(query, guarded)(variables, tamper);
    },
    prepare,
    plain: (query, variables = {}) => naive(query, variables),
    async theirs(query, variables = {}) {
      server ??= reference();
      const response = await (await server).executeOperation({ query, variables });
      if (response.body.kind !== 'single') throw new Error('an incremental answer');
      const { data, errors = [] } = response.body.singleResult;
      const messages = errors.map((one) => one.message);
      return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.length, messages };
    },
  };
}

/** An input to the engine by which everything is allowed. */
export function unguarded(document: EngineInput['document']): EngineInput {
  return {
    document,
    guardedDocument: document,
    guarded: { denied: new Map(), masked: new Map(), deniedValues: new Map() },
    subjects: new Map(),
    behind: new Map(),
    maskFor: () => (value) => value,
  };
}

const silent = (): void => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };
