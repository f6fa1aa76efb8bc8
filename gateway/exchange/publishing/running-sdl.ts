import { request } from 'undici';
import { z } from 'zod';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 2_000_000;

const Answer = z.object({ data: z.object({ _service: z.object({ sdl: z.string() }) }) });

/** The SDL that a running subgraph says it runs; null when it does not answer as a subgraph. Redirects are not followed. */
export async function runningSdl(url: string): Promise<string | null> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
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
  }
}
