import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { useServer as serveProtocol } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Assertion, VerifyAssertion } from './assertion.ts';
import { failed, type Operations } from './operations.ts';

/** Longest message that is taken, in bytes: a subscribe message holds one operation. */
const LARGEST_MESSAGE = 1_048_576;

/**
 * Takes WebSockets (graphql-transport-ws) for subscriptions. The assertion comes with the HTTP upgrade; a socket without
 * one is never opened. The gateway opens one socket for each subscription and closes it when the right to it ends.
 */
export function acceptSockets(server: Server, verify: VerifyAssertion, operations: Operations) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  const asserted = new WeakMap<IncomingMessage, Asserted>();
  // Before the protocol hears it: what is asked, as it was written.
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => noteAsked(asserted.get(request), String(data)));
  });
  // The library subscribes with the arguments that it was given; their events are there already.
  const started = new WeakMap<ExecutionArgs, AsyncGenerator<ExecutionResult, void>>();
  const protocol = serveProtocol(
    {
      async onSubscribe({ extra }, id, { query, variables }) {
        const consumer = consumerOf(asserted.get(extra.request), id);
        if (!consumer) return [refused('no valid assertion of the gateway', 'UNAUTHENTICATED')];
        const operation = operations.admit(query);
        if (operation?.kind !== OperationTypeNode.SUBSCRIPTION)
          return [refused('the operation is not a valid subscription', 'GRAPHQL_VALIDATION_FAILED')];
        const events = await operations.subscribe(operation, { query, variables: variables ?? {}, consumer });
        if (!(Symbol.asyncIterator in events)) return events.errors ?? [];
        const args: ExecutionArgs = { schema: operations.schema, document: operation.document };
        started.set(args, events);
        return args;
      },
      subscribe: (args) => started.get(args) ?? failed('the subscription has not started'),
      isProd: true,
    },
    sockets,
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    verify(request.headers.authorization, request).then(
      (assertion) => {
        if (!assertion) return refuseUpgrade(socket);
        asserted.set(request, { assertion, asked: null, isTaken: false });
        sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
      },
      () => socket.destroy(),
    );
  });
  return {
    async close(): Promise<void> {
      await protocol.dispose();
    },
  };
}

/** What a socket was opened for, and what was asked on it. */
interface Asserted {
  readonly assertion: Assertion;
  /** Its one `subscribe` message. */
  asked: { readonly id: string; readonly payload: string } | null;
  isTaken: boolean;
}

/** As the gateway writes it (graphql-transport-ws, `subscribe`). */
const SUBSCRIBE = /^\{"id":"([^"\\]*)","type":"subscribe","payload":(\{[\s\S]*\})\}$/;

function noteAsked(asserted: Asserted | undefined, message: string): void {
  const [, id, payload] = SUBSCRIBE.exec(message) ?? [];
  if (asserted && id !== undefined && payload !== undefined) asserted.asked ??= { id, payload };
}

/** For whom a subscription is; null unless it is the one that the assertion is for. */
function consumerOf(asserted: Asserted | undefined, id: string): Assertion['consumer'] | null {
  if (!asserted || asserted.isTaken || asserted.asked?.id !== id) return null;
  if (!asserted.assertion.isFor(asserted.asked.payload)) return null;
  asserted.isTaken = true;
  return asserted.assertion.consumer;
}

function refuseUpgrade(socket: Duplex): void {
  socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

function refused(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
