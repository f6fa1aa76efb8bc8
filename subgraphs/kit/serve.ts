import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Consumer, VerifyAssertion } from './assertion.ts';

/** What the gateway asked, as a provider sees it; for the provider's own audit. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly consumer: Consumer;
}

export interface ServeOptions<Context> {
  readonly schema: GraphQLSchema;
  readonly verify: VerifyAssertion;
  /** Makes the context of one request: loaders, and for whom it is. */
  context(consumer: Consumer): Context;
  /** Called with each request that the gateway vouches for. */
  onRequest?(request: SubgraphRequest): void;
  readonly host?: string;
  readonly port?: number;
}

export interface RunningSubgraph {
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_REQUEST = 4 * 1_048_576;

/** Requests in flight may finish for this long when the subgraph is closed. */
const GRACE_MS = 2_000;

/** Serves a subgraph over HTTP: JSON POST only, and nothing without the gateway's assertion. */
export async function serveSubgraph<Context>(options: ServeOptions<Context>): Promise<RunningSubgraph> {
  const documents = new LRUCache<string, DocumentNode>({ max: 1_000 });
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    answer(options, documents, request, response).catch(() =>
      send(response, 500, failed('the subgraph has failed')),
    );
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function answer<Context>(
  options: ServeOptions<Context>,
  documents: LRUCache<string, DocumentNode>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  if (request.method !== 'POST' || !/^application\/json\b/i.test(type)) {
    request.resume();
    return send(response, 415, failed('only a JSON POST is answered', 'BAD_REQUEST'));
  }
  // Who asks comes before what is asked: a stranger's body is not even kept.
  const consumer = await options.verify(request.headers.authorization);
  if (!consumer) {
    request.resume();
    return send(response, 401, failed('no valid assertion of the gateway', 'UNAUTHENTICATED'));
  }
  const text = await readText(request);
  if (text === null) {
    response.setHeader('connection', 'close'); // What is left of the body is not read.
    return send(response, 413, failed('the request is too large', 'BAD_REQUEST'));
  }
  const asked = parseRequest(text);
  if (!asked) return send(response, 400, failed('the body is not a GraphQL request', 'BAD_REQUEST'));
  options.onRequest?.({ ...asked, consumer });
  const known = documents.get(asked.query) ?? admit(options.schema, asked.query);
  if (!('kind' in known))
    return send(response, 400, failed('the operation is not valid', 'GRAPHQL_VALIDATION_FAILED'));
  documents.set(asked.query, known);
  const result = await execute({
    schema: options.schema,
    document: known,
    variableValues: asked.variables,
    contextValue: options.context(consumer),
  });
  send(response, 200, withoutInternals(result));
}

function admit(schema: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length > 0 ? [...errors] : document;
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError('unreadable')];
  }
}

function parseRequest(text: string): { query: string; variables: Record<string, unknown> } | null {
  try {
    const { query, variables } = JSON.parse(text);
    if (typeof query !== 'string') return null;
    return { query, variables: typeof variables === 'object' && variables !== null ? variables : {} };
  } catch {
    return null;
  }
}

async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_REQUEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failed(message: string, code = 'INTERNAL_SERVER_ERROR'): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code } })] };
}

/** Errors keep their path and code; what an exception says stays inside. */
function withoutInternals(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const isOwn = error.originalError instanceof GraphQLError || !error.originalError;
    const message = isOwn ? error.message : 'the field could not be resolved';
    const code = isOwn ? (error.extensions.code ?? 'BAD_USER_INPUT') : 'INTERNAL_SERVER_ERROR';
    return new GraphQLError(message, { ...(error.path && { path: error.path }), extensions: { code } });
  });
  return { ...result, errors };
}

function send(response: ServerResponse, status: number, result: ExecutionResult): void {
  const bytes = Buffer.from(JSON.stringify(result));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}
