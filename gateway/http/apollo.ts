import type { ServerResponse } from 'node:http';

/** What Apollo Server answers, before it is written. */
export interface ApolloResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export function sendApollo(response: ServerResponse, { status, headers, body }: ApolloResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...Object.fromEntries(headers),
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}
