import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { urlOf } from '../url.ts';
import { createProtocol, newConnection, type ProtocolLimits, type ProtocolParts } from './protocol.ts';
import { isOwnOrigin, refuseUpgrade } from './upgrade.ts';

export interface SocketParts extends ProtocolParts {
  readonly limits: SocketLimits;
  /** Host of the public address, where it is not the one that requests name. */
  readonly publicHost: string | null;
  now(): number;
}

export interface SocketLimits extends ProtocolLimits {
  /** Sockets at once, of all departments. */
  readonly connections: number;
  /** Largest message of a consumer, in bytes. */
  readonly requestBytes: number;
  /** How often a sign of life is asked for; a socket that gives none until the next time is cut off. */
  readonly keepAliveMs: number;
}

/** WebSockets on `/graphql`. */
export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes no more sockets, and closes those that there are. Their subscriptions have been ended before. */
  close(graceMs: number): Promise<void>;
}

const PATH = '/graphql';

/** Too many refused operations on one socket; after HTTP 429. */
const TOO_MANY = 4429;

/** A consumer that does not close its end is cut off after this long. */
const FAREWELL_MS = 1_000;

export function createSockets(parts: SocketParts): Sockets {
  const { limits } = parts;
  const protocol = createProtocol(parts);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.requestBytes,
    handleProtocols,
    perMessageDeflate: false,
  });
  let isClosing = false;

  const serve = (socket: WebSocket, request: IncomingMessage): void => {
    let isCutOff = false;
    const cutOff = (): void => {
      isCutOff = true; // What has already arrived is not served either.
      socket.close(TOO_MANY, 'Too many requests');
      setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
    };
    const connection = newConnection(request, cutOff);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves when it has gone out: a consumer that does not read holds its own subscriptions back.
        send: (text) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            if (isCutOff) return;
            handle(String(data)).catch((error: unknown) => {
              parts.defect(error);
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      connection,
    );
    socket.on('error', () => socket.terminate()); // A broken frame, or one that is too large.
    const stop = watch(socket, limits.keepAliveMs, () => {
      const { authenticated } = connection;
      if (authenticated && authenticated.expires <= parts.now())
        socket.close(CloseCode.Forbidden, 'Token expired');
    });
    socket.once('close', (code, reason) => {
      stop();
      closed(code, String(reason)).catch((error: unknown) => parts.defect(error));
    });
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      if (urlOf(request)?.pathname !== PATH) return refuseUpgrade(socket, '404 Not Found');
      if (!isOwnOrigin(request, parts.publicHost)) return refuseUpgrade(socket, '403 Forbidden');
      if (isClosing || server.clients.size >= limits.connections)
        return refuseUpgrade(socket, '503 Service Unavailable');
      server.handleUpgrade(request, socket, head, serve);
    },
    async close(graceMs) {
      isClosing = true;
      await atMost(protocol.settled(), graceMs);
      await new Promise(setImmediate); // What was answered last is still to be sent.
      const open = [...server.clients];
      for (const one of open) one.close(1001, 'Going away');
      await atMost(Promise.all(open.map(hasClosed)), FAREWELL_MS);
      for (const one of open) one.terminate();
    },
  };
}

async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function hasClosed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Pings, and cuts off who does not answer; `onBeat` is called at each beat. Returns how to stop. */
function watch(socket: WebSocket, everyMs: number, onBeat: () => void): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const beat = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
    onBeat();
  }, everyMs).unref();
  return () => clearInterval(beat);
}
