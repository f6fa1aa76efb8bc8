import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'TOO_LARGE' | 'ABORTED' };

/** Parses JSON; undefined when it is none. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Reads a request's body up to a limit. Past the limit nothing more is kept, and the connection will be closed. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  return new Promise((resolve) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) {
      request.resume(); // Let the client finish writing, so that it can read the answer.
      resolve({ ok: false, reason: 'TOO_LARGE' });
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else resolve({ ok: false, reason: 'TOO_LARGE' });
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve({ ok: true, bytes: chunks.length === 1 && first ? first : Buffer.concat(chunks) });
    });
    request.on('error', () => resolve({ ok: false, reason: 'ABORTED' }));
  });
}
