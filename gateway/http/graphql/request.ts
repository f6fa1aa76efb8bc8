import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../../errors.ts';
import { type Bodies, parseJson } from '../body.ts';
import { type Read, readAsked, readAskedFromUrl } from './asked.ts';
import { isJson } from './media.ts';

/** The operations of one request. */
export type Request =
  | {
      readonly ok: true;
      /** An operation that cannot be read spoils a batch for itself alone. */
      readonly operations: readonly Read[];
      readonly isBatch: boolean;
      /** False in a GET, which is safe (RFC 9110 §9.2.1). */
      readonly mayChange: boolean;
      /** To be called when it has been answered: its body is no longer kept. */
      release(): void;
    }
  | { readonly ok: false; readonly failure: Failure; readonly about: string | Buffer }
  /** Whoever sent it has gone. */
  | { readonly ok: false; readonly failure: null };

export interface ReadingParts {
  readonly bodies: Bodies;
  readonly requestBytes: number;
}

/** Reads a request of somebody who is known, as GraphQL over HTTP §5 has it. */
export async function readRequest(
  { bodies, requestBytes }: ReadingParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  holder: string,
): Promise<Request> {
  const { method, headers } = request;
  if (method === 'GET') {
    if (!isDeliberate(request)) return refused(SIMPLE);
    const one = readAskedFromUrl(url);
    if (!one.ok) return refused(one.failure, url.search);
    return { ok: true, operations: [one], isBatch: false, mayChange: false, release: () => undefined };
  }
  if (method !== 'POST') return refused({ code: 'METHOD_NOT_ALLOWED', details: { allowed: 'GET, POST' } });
  const type = headers['content-type'];
  if (!isJson(type)) {
    const what = `Content-Type: ${(type ?? '').slice(0, 100)}`;
    return refused({ code: 'UNSUPPORTED_MEDIA_TYPE', details: { what } });
  }
  const read = await bodies.read(request, response, requestBytes, holder);
  if (!read.ok) return read.failure ? refused(read.failure) : { ok: false, failure: null };
  const { bytes, release } = read;
  const body = parseJson(bytes);
  if (!Array.isArray(body)) {
    const one = body === undefined ? NO_JSON : readAsked(body);
    if (one.ok) return { ok: true, operations: [one], isBatch: false, mayChange: true, release };
    release();
    return refused(one.failure, bytes);
  }
  if (body.length > 0)
    return { ok: true, operations: body.map(readAsked), isBatch: true, mayChange: true, release };
  release();
  return refused(EMPTY, bytes);
}

/** `mutation` by GET. */
export const NO_CHANGE: Failure = { code: 'METHOD_NOT_ALLOWED', details: { allowed: 'POST' } };

/**
 * A browser sends a GET for any page without asking first, unless it has one of these: a page of another site must not
 * be able to make it ask.
 */
function isDeliberate({ headers }: IncomingMessage): boolean {
  return (
    headers.authorization !== undefined ||
    headers['apollo-require-preflight'] !== undefined ||
    headers['x-apollo-operation-name'] !== undefined ||
    isJson(headers['content-type'])
  );
}

function refused(failure: Failure, about: string | Buffer = ''): Extract<Request, { failure: Failure }> {
  return { ok: false, failure, about };
}

const bad = (detail: string): Failure => ({ code: 'BAD_USER_INPUT', details: { detail } });
const NO_JSON: Read = {
  ok: false,
  failure: bad('请求体不是 JSON，或值过多 the body is not JSON, or has too many values'),
};
const EMPTY = bad('批量请求为空 the batch is empty');
const SIMPLE = bad(
  'GET 请求须带请求头 apollo-require-preflight a GET needs the header apollo-require-preflight',
);
