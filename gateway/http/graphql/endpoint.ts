import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { type Answer, type Broker, digestOf, formatFailure } from '../../broker/index.ts';
import { type Failure, type Language, statusOf } from '../../errors.ts';
import { readBody } from '../body.ts';
import type { Entry, Gatekeeper } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { sendJson } from '../router.ts';
import type { ApolloDoor } from './apollo-door.ts';
import { answerWarm, parseJson, sendAnswer } from './warm-door.ts';

/** A broker and the general door in front of it; both are replaced together when a new schema goes live. */
export interface Service {
  readonly broker: Broker;
  readonly door: ApolloDoor;
}

export interface EndpointParts {
  readonly gatekeeper: Gatekeeper;
  /** The service that is live now. */
  service(): Service;
  readonly requestBytes: number;
  readonly batch: number;
  /** Told of defects: what happened and under which reference the client was told. */
  onDefect(reference: string, error: unknown): void;
}

/** `POST` and `GET /graphql`: gatekeeper, then the warm door, then everything else. */
export function createGraphqlEndpoint(parts: EndpointParts) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const language = languageOf(request.headers['accept-language']);
    try {
      await serve(parts, request, response, url, language);
    } catch (error) {
      const id = randomUUID();
      parts.onDefect(id, error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, { code: 'INTERNAL_SERVER_ERROR', details: { id } }, language);
    }
  };
}

async function serve(
  parts: EndpointParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  language: Language,
): Promise<void> {
  const { broker, door } = parts.service();
  const read = await readBody(request, parts.requestBytes);
  if (!read.ok) {
    if (read.reason === 'ABORTED') return;
    response.setHeader('connection', 'close');
    const failure: Failure = { code: 'REQUEST_TOO_LARGE', details: { limit: parts.requestBytes } };
    await sendRefusal(broker, response, failure, null, language, 'body too large');
    return;
  }
  const isJson = isJsonType(request.headers['content-type']);
  const body = isJson && request.method === 'POST' ? parseJson(read.bytes) : undefined;
  const operations = Array.isArray(body) ? body.length : 1;
  const entered = parts.gatekeeper.admit(request.headers.authorization, Math.max(1, operations));
  const entry: Entry = entered instanceof Promise ? await entered : entered;
  if (!entry.ok) {
    await sendRefusal(broker, response, entry.failure, entry.principal, language, read.bytes);
    return;
  }
  if (operations > parts.batch) {
    const details = { what: 'batch', actual: operations, limit: parts.batch };
    await sendRefusal(
      broker,
      response,
      { code: 'OPERATION_TOO_COMPLEX', details },
      entry.principal,
      language,
      read.bytes,
    );
    return;
  }
  const warm = answerWarm(broker, request, body, entry.principal);
  if (warm) {
    sendAnswer(response, await warm.answer, warm.type, language);
    return;
  }
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const answered = await door.serve(
    {
      method: request.method ?? 'POST',
      headers,
      search: url.search,
      body: bodyFor(isJson, body, read.bytes),
    },
    entry.principal,
    language,
  );
  const bytes = Buffer.from(answered.body);
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    'content-length': bytes.length,
  });
  response.end(bytes);
}

/** Apollo Server takes a parsed body; what could not be parsed stays text, which it refuses. */
function bodyFor(isJson: boolean, parsed: unknown, bytes: Buffer): unknown {
  if (isJson) return parsed ?? bytes.toString('utf8');
  return bytes.length > 0 ? bytes.toString('utf8') : undefined;
}

function isJsonType(header: string | undefined): boolean {
  return header !== undefined && /^application\/json\s*(;|$)/i.test(header);
}

async function sendRefusal(
  broker: Broker,
  response: ServerResponse,
  failure: Failure,
  principal: Entry['principal'],
  language: Language,
  about: string | Buffer,
): Promise<void> {
  const answer: Answer = await broker.refuse(digestOf(about), [failure], principal);
  const [first = failure] = answer.failures;
  if (first.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (first.code === 'QUOTA_EXCEEDED')
    response.setHeader('retry-after', String(first.details.retryAfter ?? 60));
  const errors = answer.failures.map((one) => formatFailure(one, language));
  sendJson(response, statusOf(first.code), { errors, extensions: { receipt: { id: answer.receipt } } });
}

function sendFailure(response: ServerResponse, failure: Failure, language: Language): void {
  sendJson(response, statusOf(failure.code), { errors: [formatFailure(failure, language)] });
}
