import type { IncomingMessage, ServerResponse } from 'node:http';

/** Handles one request. Errors that it throws become a 500 that says nothing of the inside. */
export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/** Routes by method and path; `fallback` gets what no route matches. */
export function createRouter(routes: Readonly<Record<string, Handler>>, fallback: Handler): Handler {
  return (request, response, url) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handler = routes[`${method} ${url.pathname}`] ?? routes[`* ${url.pathname}`] ?? fallback;
    return handler(request, response, url);
  };
}

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json',
): void {
  sendBytes(response, status, `${type}; charset=utf-8`, Buffer.from(JSON.stringify(value)));
}

export function sendBytes(response: ServerResponse, status: number, type: string, bytes: Buffer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}
