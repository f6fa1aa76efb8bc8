import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handler } from '../router.ts';
import { createEventStreams, type EventStreamParts, wantsEvents } from './event-stream.ts';
import { createSockets, type SocketParts } from './sockets.ts';

/** What is pushed, over both transports. */
export interface Push {
  /** Serves requests for event streams, and hands all others on. */
  orElse(other: Handler): Handler;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Completes every subscription, lets the other operations on sockets finish, and closes the sockets. */
  close(graceMs: number): Promise<void>;
}

export function createPush(parts: SocketParts & EventStreamParts): Push {
  const sockets = createSockets(parts);
  const streams = createEventStreams(parts);
  return {
    orElse: (other) => (request, response, url) =>
      wantsEvents(request) ? streams(request, response, url) : other(request, response, url),
    upgrade: sockets.upgrade,
    async close(graceMs) {
      await parts.service().broker.subscriptions.endAll('CLOSING');
      await sockets.close(graceMs);
    },
  };
}
