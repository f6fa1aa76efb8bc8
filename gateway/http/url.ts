import type { IncomingMessage } from 'node:http';
import { PLACEHOLDER } from './access.ts';

/** The URL of a request; null when there is none to be read (`//`), which a client can send. */
export function urlOf({ url = '/' }: IncomingMessage): URL | null {
  const base = `http://${PLACEHOLDER}`;
  return URL.canParse(url, base) ? new URL(url, base) : null;
}
