import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade with an HTTP error, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/**
 * Does the upgrade come from a page of the gateway's own, or from no page at all? A browser sends `Origin` (RFC 6455
 * §10.2), and lets any page open a WebSocket to anywhere. Here the token is in a message and never in a cookie, so another
 * site's page would come without one; but the open gateway wants none, and stands on people's own machines.
 */
export function isOwnOrigin({ headers }: IncomingMessage, publicHost: string | null): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  const from = URL.canParse(origin) ? new URL(origin).host : null;
  return from !== null && (from === host || from === publicHost);
}
