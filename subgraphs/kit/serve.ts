import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import type { VerifyAssertion } from './assertion.ts';
import { sendEvents, wantsEvents } from './event-stream.ts';
import { createOperations, failed, type OperationOptions, type Operations } from './operations.ts';
import { acceptSockets } from './sockets.ts';

export interface ServeOptions<Context> extends OperationOptions<Context> {
  readonly verify: VerifyAssertion;
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

/**
 * Serves a subgraph: queries and mutations by JSON POST; subscriptions by a WebSocket (graphql-transport-ws) at the same
 * URL, or by a JSON POST that accepts `text/event-stream`. Nothing without the gateway's assertion.
 */
export async function serveSubgraph<Context>(options: ServeOptions<Context>): Promise<RunningSubgraph> {
  const operations = createOperations(options);
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    answer(options.verify, operations, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 500, failed('the subgraph has failed'));
    });
  });
  const sockets = acceptSockets(server, options.verify, operations);
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/`,
    async close() {
      await sockets.close();
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

async function answer(
  verify: VerifyAssertion,
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  if (request.method !== 'POST' || !/^application\/json\b/i.test(type)) {
    request.resume();
    return send(response, 415, failed('only a JSON POST is answered', 'BAD_REQUEST'));
  }
  // Who asks comes before what is asked: a stranger's body is not even kept.
  const assertion = await verify(request.headers.authorization, request);
  if (!assertion) {
    request.resume();
    return send(response, 401, NOT_ASSERTED);
  }
  const body = await readBody(request);
  if (body === null) {
    response.setHeader('connection', 'close'); // What is left of the body is not read.
    return send(response, 413, failed('the request is too large', 'BAD_REQUEST'));
  }
  if (!assertion.isFor(body)) return send(response, 401, NOT_ASSERTED);
  const parsed = parseRequest(body.toString('utf8'));
  if (!parsed) return send(response, 400, failed('the body is not a GraphQL request', 'BAD_REQUEST'));
  const operation = operations.admit(parsed.query);
  if (!operation)
    return send(response, 400, failed('the operation is not valid', 'GRAPHQL_VALIDATION_FAILED'));
  const asked = { ...parsed, consumer: assertion.consumer };
  if (operation.kind !== OperationTypeNode.SUBSCRIPTION)
    return send(response, 200, await operations.answer(operation, asked));
  if (!wantsEvents(request))
    return send(response, 406, failed('a subscription needs text/event-stream', 'BAD_REQUEST'));
  await sendEvents(request, response, parsed.query, await operations.subscribe(operation, asked));
}

const NOT_ASSERTED = failed('no valid assertion of the gateway', 'UNAUTHENTICATED');

function parseRequest(text: string): { query: string; variables: Record<string, unknown> } | null {
  try {
    const { query, variables } = JSON.parse(text);
    if (typeof query !== 'string') return null;
    return { query, variables: typeof variables === 'object' && variables !== null ? variables : {} };
  } catch {
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_REQUEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, result: ExecutionResult): void {
  const bytes = Buffer.from(JSON.stringify(result));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}
