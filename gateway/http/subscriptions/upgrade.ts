import type { Duplex } from 'node:stream';

/** A caller that does not close its end is cut off after this long. */
export const FAREWELL_MS = 1_000;

/** Answers an upgrade with an HTTP error, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
