import { Agent, request } from 'undici';
import { judgedLookup } from '../../addresses.ts';
import type { AssertedRequest } from '../../broker/index.ts';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 2_000_000;

export interface ServiceAt {
  readonly url: string;
  /** The host has been approved wherever it leads. */
  readonly isTrusted: boolean;
}

/** The `Authorization` that one request carries. */
export type Authorize = (request: AssertedRequest) => string;

export interface Question {
  readonly query: string;
  /** Absent: nothing is shown. */
  readonly authorize?: Authorize;
  readonly method?: 'GET' | 'POST';
}

export type ServiceAnswer =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly why: 'TOO_LARGE' }
  | { readonly ok: false; readonly why: 'FAILED'; readonly error: unknown };

export interface ServiceCalls {
  ask(question: Question): Promise<ServiceAnswer>;
  close(): Promise<void>;
}

/**
 * Asks one service before it is published. Redirects are not followed, and the address is judged when it is connected to; time and
 * size have limits.
 */
export function callService({ url, isTrusted }: ServiceAt): ServiceCalls {
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS, ...(!isTrusted && { lookup: judgedLookup('APPROVED') }) },
  });
  return {
    async ask({ query, authorize, method = 'POST' }) {
      try {
        const at = new URL(url);
        if (method === 'GET') at.searchParams.set('query', query);
        const body = method === 'POST' ? JSON.stringify({ query }) : '';
        const authorization = authorize?.({ method, path: `${at.pathname}${at.search}`, body });
        const { statusCode: status, body: answer } = await request(at.href, {
          dispatcher,
          method,
          headers: {
            accept: 'application/json',
            ...(method === 'POST' && { 'content-type': 'application/json' }),
            ...(authorization !== undefined && { authorization }),
          },
          ...(method === 'POST' && { body }),
          headersTimeout: TIMEOUT_MS,
          bodyTimeout: TIMEOUT_MS,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of answer) {
          size += chunk.length;
          if (size > MOST_BYTES) return { ok: false, why: 'TOO_LARGE' };
          chunks.push(chunk);
        }
        return { ok: true, status, text: Buffer.concat(chunks).toString('utf8') };
      } catch (error) {
        return { ok: false, why: 'FAILED', error };
      }
    },
    close: () => dispatcher.destroy(),
  };
}
