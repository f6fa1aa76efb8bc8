import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { markedJson, unmarked } from '../../exact-json.ts';
import type { Access } from '../access.ts';
import { callerOf } from '../address.ts';
import { urlOf } from '../url.ts';
import { createPace } from './pace.ts';
import { createPlaces, type PlaceLimits } from './places.ts';
import { createProtocol, newConnection, type ProtocolLimits, type ProtocolParts } from './protocol.ts';
import { FAREWELL_MS, refuseUpgrade } from './upgrade.ts';

export interface SocketParts extends ProtocolParts {
  readonly limits: SocketLimits;
  /** By which names and from which pages an upgrade may come. */
  readonly access: Access;
  now(): number;
}

export interface SocketLimits extends ProtocolLimits {
  /** Sockets at once, of all departments. */
  readonly connections: number;
  /** Of these, sockets of whoever has not said who it is. */
  readonly unidentified: PlaceLimits;
  /** Messages of a consumer on one socket. */
  readonly messagesPerSecond: number;
  /** What may wait on one socket for a consumer that does not read. */
  readonly outgoingBytes: number;
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

/** Too many messages or refused operations on one socket; after HTTP 429. */
const TOO_MANY = 4429;
/** `connection_init` with a token takes less. What has come before it is counted as it comes, not as whole messages. */
const INIT_BYTES = 16_384;
/** While more than this waits to be sent, nobody is told that pings have come. */
const PONG_BYTES = 65_536;
const PONG = '{"type":"pong"}';

export function createSockets(parts: SocketParts): Sockets {
  const { limits } = parts;
  const protocol = createProtocol(parts);
  const options = {
    noServer: true,
    maxPayload: limits.requestBytes,
    handleProtocols,
    perMessageDeflate: false,
    autoPong: false,
    closeTimeout: FAREWELL_MS,
  };
  const server = new WebSocketServer(options);
  const places = createPlaces(limits.unidentified);
  let isClosing = false;

  const serve = (socket: WebSocket, request: IncomingMessage, leavePlace: () => void): void => {
    let isCutOff = false;
    const cutOff = (): void => {
      isCutOff = true; // What has already arrived is not served either.
      socket.close(TOO_MANY, 'Too many requests');
      socket.pause(); // Nor is more of it read until it is gone.
    };
    const mayGoOn = createPace(limits.messagesPerSecond, () => performance.now());
    let unread = 0;
    const count = (chunk: Buffer): void => {
      unread += chunk.length;
      if (unread > INIT_BYTES) socket.terminate();
    };
    request.socket.on('data', count);
    const identified = (): void => {
      leavePlace();
      request.socket.off('data', count);
    };
    const connection = newConnection(request, cutOff, identified);
    const mostWaiting = (): number => (connection.authenticated ? limits.outgoingBytes : PONG_BYTES);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves when it has gone out: a consumer that does not read holds its own subscriptions back.
        send: (text) =>
          new Promise((resolve) => {
            if (socket.bufferedAmount > mostWaiting()) socket.terminate();
            if (socket.readyState === socket.OPEN) socket.send(unmarked(text), () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        // Without the payload of the ping, which the protocol leaves open: nobody is sent back what he sends.
        onPing: () => {
          if (socket.readyState === socket.OPEN && socket.bufferedAmount < PONG_BYTES) socket.send(PONG);
        },
        onMessage: (handle) =>
          socket.on('message', (data) => {
            const text = String(data);
            if (isCutOff || socket.readyState !== socket.OPEN) return;
            if (!mayGoOn(text.length)) return cutOff();
            handle(markedJson(text)).catch((error: unknown) => {
              parts.defect(error);
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      connection,
    );
    // RFC 6455 §5.5.3: of several pings only the last has to be answered.
    socket.on('ping', (data) => {
      if (isCutOff || socket.readyState !== socket.OPEN) return;
      if (!mayGoOn(data.length)) return cutOff();
      if (socket.bufferedAmount < PONG_BYTES) socket.pong(data);
    });
    socket.on('pong', (data) => {
      if (!isCutOff && !mayGoOn(data.length)) cutOff();
    });
    socket.on('error', () => socket.terminate()); // A broken frame, or one that is too large.
    const stop = watch(socket, limits.keepAliveMs, () => {
      const { authenticated } = connection;
      if (authenticated && authenticated.expires <= parts.now())
        socket.close(CloseCode.Forbidden, 'Token expired');
    });
    socket.once('close', (code, reason) => {
      stop();
      leavePlace();
      closed(code, String(reason)).catch((error: unknown) => parts.defect(error));
    });
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const url = urlOf(request);
      if (url?.pathname !== PATH) return refuseUpgrade(socket, '404 Not Found');
      const judged = parts.access.judge(request, url);
      if (!judged.ok) return refuseUpgrade(socket, UPGRADE_STATUS[judged.failure.code] ?? '403 Forbidden');
      const leavePlace =
        isClosing || server.clients.size >= limits.connections ? null : places.take(callerOf(request));
      if (!leavePlace) return refuseUpgrade(socket, '503 Service Unavailable');
      socket.once('close', leavePlace);
      server.handleUpgrade(request, socket, head, (one) => serve(one, request, leavePlace));
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

const UPGRADE_STATUS: Readonly<Record<string, string>> = {
  MISDIRECTED_REQUEST: '421 Misdirected Request',
};

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
