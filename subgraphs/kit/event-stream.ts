import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { createHandler } from 'graphql-sse';

/** Does the request accept events (graphql-sse, distinct connections mode)? */
export function wantsEvents(request: IncomingMessage): boolean {
  return /^text\/event-stream\b/i.test(request.headers.accept ?? '');
}

/** Sends the events of one subscription, and ends them when the gateway hangs up. */
export async function sendEvents(
  request: IncomingMessage,
  response: ServerResponse,
  query: string,
  events: AsyncGenerator<ExecutionResult, void> | ExecutionResult,
): Promise<void> {
  const handle = createHandler({
    authenticate: () => null, // No stream tokens: one connection, one subscription.
    onSubscribe: () => (Symbol.asyncIterator in events ? events : once(events)),
  });
  const [body, { status, statusText, headers = {} }] = await handle({
    method: 'POST',
    url: request.url ?? '/',
    headers: { get: (name) => (name === 'accept' ? 'text/event-stream' : 'application/json') },
    body: { query },
    raw: request,
    context: undefined,
  });
  response.writeHead(status, statusText, headers);
  if (body === null || typeof body === 'string') {
    response.end(body);
    return;
  }
  response.once('close', () => void body.return(undefined));
  for await (const text of body) {
    if (!response.writable) break;
    if (!response.write(text))
      await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, void> {
  yield result;
}
