import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';

/** What Apollo Server answers, before it is written. */
export interface ApolloResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A request's headers as Apollo Server takes them. */
export function apolloHeaders(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

export function sendApollo(response: ServerResponse, { status, headers, body }: ApolloResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...Object.fromEntries(headers), 'content-length': bytes.length });
  response.end(bytes);
}
