import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** One subscription that the gateway has opened at the provider. */
export interface Opened {
  readonly query: string;
  readonly variables: unknown;
  /** The assertion, as it came with the upgrade. */
  readonly authorization: string | undefined;
  /** Has the gateway hung up? */
  isOver: boolean;
  /** An event in order. */
  push(payload: unknown): void;
  /** Whatever a provider may send: text or bytes as they are. */
  send(frame: string | Buffer): void;
  message(type: string, payload?: unknown): void;
  drop(): void;
}

/**
 * A provider that pushes what the test says, over graphql-transport-ws spoken by hand: nothing of it has to be right.
 * Queries have one and the same `answer`.
 */
export async function startPushingProvider(answer: string) {
  const opened: Opened[] = [];
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => {
      const { id, type, payload } = JSON.parse(String(data));
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'ping') socket.send('{"type":"pong"}');
      if (type === 'subscribe') opened.push(openedAt(socket, id, payload, request.headers.authorization));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    opened,
    async close() {
      for (const one of sockets.clients) one.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type PushingProvider = Awaited<ReturnType<typeof startPushingProvider>>;

function openedAt(
  socket: WebSocket,
  id: string,
  payload: { query: string; variables: unknown },
  authorization: string | undefined,
): Opened {
  const message = (type: string, content?: unknown): void =>
    socket.send(JSON.stringify({ id, type, ...(content !== undefined && { payload: content }) }));
  const one: Opened = {
    query: payload.query,
    variables: payload.variables,
    authorization,
    isOver: false,
    push: (content) => message('next', content),
    send: (frame) => socket.send(frame),
    message,
    drop: () => socket.terminate(),
  };
  socket.on('close', () => {
    one.isOver = true;
  });
  return one;
}
