import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Access } from './access.ts';
import { type ConnectionLimits, limitConnections } from './connections.ts';
import { guarded } from './guarded.ts';
import type { Handler } from './router.ts';
import { urlOf } from './url.ts';

export interface RunningServer {
  readonly port: number;
  /** Stops taking connections, lets requests in flight finish, and then closes. */
  close(graceMs: number): Promise<void>;
}

/** Takes a connection that is to speak another protocol from now on. */
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface ListeningParts {
  readonly handler: Handler;
  readonly upgrade: Upgrade;
  readonly access: Access;
  readonly connections: ConnectionLimits;
}

const SERVER = {
  keepAliveTimeout: 65_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
};
const MOST_HEADERS = 100;

/** Starts listening. Rejects with a message that says what to do when the port is taken. */
export function listen(parts: ListeningParts, host: string, port: number): Promise<RunningServer> {
  let isClosing = false;
  const handler = guarded(parts.access, parts.handler);
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (isClosing) response.setHeader('connection', 'close');
    const url = urlOf(request);
    if (!url) {
      response.writeHead(400, { connection: 'close' }).end();
      return;
    }
    Promise.resolve(handler(request, response, url)).catch(() => response.destroy());
  };
  const server = createServer(SERVER, serve);
  server.maxHeadersCount = MOST_HEADERS;
  limitConnections(server, parts.connections);
  // RFC 9110 §10.1.1: whoever asks first whether its body is wanted hears so when it is read, or why it is not.
  server.on('checkContinue', serve);
  server.on('upgrade', parts.upgrade);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const close = (graceMs: number): Promise<void> => {
        isClosing = true;
        return closeGracefully(server, graceMs);
      };
      resolve({ port: address.port, close });
    });
  });
}

function closeGracefully(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `端口 ${port} 已被占用。请停用占用它的程序，或另选端口：PORT=${port + 1} npm start\n` +
      `Port ${port} on ${host} is taken. Stop the program that uses it, or choose another: PORT=${port + 1} npm start`,
  );
}
