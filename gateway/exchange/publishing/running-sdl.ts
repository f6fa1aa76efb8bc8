import { Agent, request } from 'undici';
import { z } from 'zod';
import { judgedLookup } from '../../addresses.ts';
import type { AssertedRequest } from '../../broker/index.ts';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 2_000_000;
const QUESTION = JSON.stringify({ query: '{ _service { sdl } }' });

const Answer = z.object({ data: z.object({ _service: z.object({ sdl: z.string() }) }) });

export interface Asking {
  readonly url: string;
  authorize(request: AssertedRequest): string;
  /** The host has been approved wherever it leads. */
  readonly isTrusted: boolean;
}

/**
 * The SDL that a running subgraph says it runs; null when it does not answer as a subgraph. Redirects are not followed, and the
 * address is judged when it is connected to.
 */
export async function runningSdl({ url, authorize, isTrusted }: Asking): Promise<string | null> {
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS, ...(!isTrusted && { lookup: judgedLookup }) },
  });
  try {
    const { pathname, search } = new URL(url);
    const authorization = authorize({ method: 'POST', path: `${pathname}${search}`, body: QUESTION });
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      body: QUESTION,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MOST_BYTES) return null;
      chunks.push(chunk);
    }
    if (statusCode !== 200) return null;
    const parsed = Answer.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return parsed.success ? parsed.data.data._service.sdl : null;
  } catch {
    return null;
  } finally {
    await dispatcher.destroy();
  }
}
