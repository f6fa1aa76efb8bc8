import type { IncomingMessage } from 'node:http';

/** The URL of a request; null when there is none to be read (`//`), which a client can send. */
export function urlOf({ url = '/' }: IncomingMessage): URL | null {
  return URL.canParse(url, 'http://gateway') ? new URL(url, 'http://gateway') : null;
}
