import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../errors.ts';
import { readJson } from '../exact-json.ts';

export type Body =
  | {
      readonly ok: true;
      readonly bytes: Buffer;
      /** To be called when the bytes are no longer needed. */
      release(): void;
    }
  /** Null: whoever sent it has gone. */
  | { readonly ok: false; readonly failure: Failure | null };

/** Reads bodies. For whoever has not said who it is, nothing is read at all: see `abandon`. */
export interface Bodies {
  /** `holder`: who is charged for what is kept of it. */
  read(request: IncomingMessage, response: ServerResponse, limit: number, holder: string): Promise<Body>;
}

export interface BodyLimits {
  /** Bytes of bodies that are kept at once, of all requests. One holder has a quarter of it. */
  readonly totalBytes: number;
  /** A body that has not come by then is given up. */
  readonly ms: number;
}

export const BODY_LIMITS: BodyLimits = { totalBytes: 268_435_456, ms: 15_000 };

export function createBodies({ totalBytes, ms }: BodyLimits): Bodies {
  const held = new Map<string, number>();
  let total = 0;
  const charge = (holder: string, bytes: number): void => {
    total += bytes;
    const now = (held.get(holder) ?? 0) + bytes;
    if (now > 0) held.set(holder, now);
    else held.delete(holder);
  };
  const isFull = (holder: string): boolean => total > totalBytes || (held.get(holder) ?? 0) > totalBytes / 4;

  return {
    read(request, response, limit, holder) {
      const { 'content-length': length, 'content-encoding': encoding, expect } = request.headers;
      const refusal = refusalOf(Number(length ?? 0), encoding, limit);
      if (refusal) {
        abandon(request);
        return Promise.resolve({ ok: false, failure: refusal });
      }
      if (expect !== undefined) response.writeContinue(); // RFC 9110 §10.1.1: now that it is wanted.
      return new Promise((resolve) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const settle = (body: Body): void => {
          clearTimeout(timer);
          request.off('data', take).off('end', end).off('error', gone).off('close', gone);
          if (!body.ok) {
            charge(holder, -size);
            chunks.length = 0;
            request.on('error', () => undefined);
            if (body.failure) abandon(request);
          }
          resolve(body);
        };
        const fail = (failure: Failure): void => settle({ ok: false, failure });
        const take = (chunk: Buffer): void => {
          size += chunk.length;
          charge(holder, chunk.length);
          if (size > limit) fail(tooLarge(limit));
          else if (isFull(holder)) fail({ code: 'OVERLOADED', details: { retryAfter: 1 } });
          else chunks.push(chunk);
        };
        const end = (): void => {
          const [first] = chunks;
          const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
          let isReleased = false;
          const release = (): void => {
            if (!isReleased) charge(holder, -size);
            isReleased = true;
          };
          settle({ ok: true, bytes, release });
        };
        const gone = (): void => settle({ ok: false, failure: null });
        const timer = setTimeout(() => fail({ code: 'REQUEST_TIMEOUT', details: { timeout: ms } }), ms);
        request.on('data', take).on('end', end).on('error', gone).on('close', gone);
      });
    },
  };
}

/** What its head says already. */
function refusalOf(length: number, encoding: string | undefined, limit: number): Failure | null {
  if (length > limit) return tooLarge(limit);
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return null;
  // RFC 9110 §8.4: a small body could become any size.
  return { code: 'UNSUPPORTED_MEDIA_TYPE', details: { what: `Content-Encoding: ${encoding.slice(0, 100)}` } };
}

function tooLarge(limit: number): Failure {
  return { code: 'REQUEST_TOO_LARGE', details: { limit } };
}

/** Whoever is refused may go on sending for so long, and so much, that it can read the answer. */
const FAREWELL_MS = 2_000;
const FAREWELL_BYTES = 16_777_216;

/** Keeps nothing of a body that is not wanted, and cuts off who does not stop sending it. */
export function abandon(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let left = FAREWELL_BYTES;
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, FAREWELL_MS).unref();
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.socket.destroy();
  });
}

/** Parses JSON; undefined when it is none, or has more values than anything that is asked here. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > PLAIN_BYTES && valuesIn(bytes) > MOST_VALUES) return undefined;
  try {
    return readJson(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A long text takes little time to be parsed; many small values take long, and nothing else is done meanwhile. */
const PLAIN_BYTES = 1_048_576;
const MOST_VALUES = 100_000;

function valuesIn(bytes: Buffer): number {
  let values = 0;
  let isText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) isText = !isText;
    else if (isText) {
      if (byte === BACKSLASH) index++;
    } else if (byte === COMMA || byte === BRACKET || byte === BRACE) values++;
  }
  return values;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
