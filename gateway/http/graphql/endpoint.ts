import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Broker, digestOf, formatFailure } from '../../broker/index.ts';
import { type Failure, type Language, statusOf } from '../../errors.ts';
import { apolloHeaders, sendApollo } from '../apollo.ts';
import { parseJson, readBody } from '../body.ts';
import type { Entry, Gatekeeper } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { sendJson } from '../router.ts';
import type { ApolloDoor } from './apollo-door.ts';
import { answerWarm, sendAnswer } from './warm-door.ts';
import { wantsProof } from './write-answer.ts';

/** A broker and the general door in front of it; both are replaced together when a new schema goes live. */
export interface Service {
  readonly broker: Broker;
  readonly door: ApolloDoor;
  /** A request that has begun is finished by the same service, also when another is live by then. */
  enter(): void;
  leave(): void;
}

export interface EndpointParts {
  readonly gatekeeper: Gatekeeper;
  /** The service that is live now. */
  service(): Service;
  readonly requestBytes: number;
  readonly batch: number;
  /** Told of defects: what happened and under which reference the client was told. */
  onDefect(reference: string, error: unknown): void;
  /** Told of every request that was served: by which door, what it came to, how long it took. */
  onAnswered(door: 'warm' | 'general', outcome: string, seconds: number): void;
}

/** `POST` and `GET /graphql`: gatekeeper, then the warm door, then everything else. */
export function createGraphqlEndpoint(parts: EndpointParts) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const language = languageOf(request.headers['accept-language']);
    const start = performance.now();
    const service = parts.service();
    service.enter();
    try {
      const served = await serve(parts, service, request, response, url, language);
      parts.onAnswered(served.door, served.outcome, (performance.now() - start) / 1_000);
    } catch (error) {
      const id = randomUUID();
      parts.onDefect(id, error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, { code: 'INTERNAL_SERVER_ERROR', details: { id } }, language);
    } finally {
      service.leave();
    }
  };
}

interface Served {
  readonly door: 'warm' | 'general';
  /** `OK`, or the first error's code. */
  readonly outcome: string;
}

async function serve(
  parts: EndpointParts,
  { broker, door }: Service,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  language: Language,
): Promise<Served> {
  const refuse = async (
    failure: Failure,
    principal: Entry['principal'],
    about: string | Buffer,
  ): Promise<Served> => {
    sendRefusal(response, await broker.refuse(digestOf(about), [failure], principal), failure, language);
    return { door: 'general', outcome: failure.code };
  };
  const read = await readBody(request, parts.requestBytes);
  if (!read.ok) {
    response.setHeader('connection', 'close');
    return refuse({ code: 'REQUEST_TOO_LARGE', details: { limit: parts.requestBytes } }, null, read.reason);
  }
  const isJson = isJsonType(request.headers['content-type']);
  const body = isJson && request.method === 'POST' ? parseJson(read.bytes) : undefined;
  const operations = Array.isArray(body) ? body.length : 1;
  const entered = parts.gatekeeper.admit(request.headers.authorization, Math.max(1, operations), 'query');
  const entry: Entry = entered instanceof Promise ? await entered : entered;
  if (!entry.ok) return refuse(entry.failure, entry.principal, read.bytes);
  if (operations > parts.batch) {
    const details = { what: 'batch', actual: operations, limit: parts.batch };
    return refuse({ code: 'OPERATION_TOO_COMPLEX', details }, entry.principal, read.bytes);
  }
  const warm = answerWarm(broker, request, body, entry.principal);
  if (warm) {
    const given = await warm.answer;
    const isProven = wantsProof(request.headers['liancha-receipt']);
    const answer = isProven ? await broker.prove(given) : given;
    sendAnswer(response, answer, warm.type, language);
    return { door: 'warm', outcome: answer.failures[0]?.code ?? 'OK' };
  }
  const method = request.method ?? 'POST';
  const asked = {
    method,
    headers: apolloHeaders(request),
    search: url.search,
    body: bodyFor(isJson, body, read.bytes),
  };
  const answered = await door.serve(asked, entry.principal, language);
  sendApollo(response, answered);
  return { door: 'general', outcome: answered.outcome };
}

/** Apollo Server takes a parsed body; what could not be parsed stays text, which it refuses. */
function bodyFor(isJson: boolean, parsed: unknown, bytes: Buffer): unknown {
  if (isJson) return parsed ?? bytes.toString('utf8');
  return bytes.length > 0 ? bytes.toString('utf8') : undefined;
}

function isJsonType(header: string | undefined): boolean {
  return header !== undefined && /^application\/json\s*(;|$)/i.test(header);
}

/** Sends a refusal that was recorded, by its status. */
export function sendRefusal(
  response: ServerResponse,
  answer: Answer,
  failure: Failure,
  language: Language,
): void {
  const [first = failure] = answer.failures;
  if (first.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (first.code === 'QUOTA_EXCEEDED')
    response.setHeader('retry-after', String(first.details.retryAfter ?? 60));
  const errors = answer.failures.map((one) => formatFailure(one, language));
  sendJson(response, statusOf(first.code), { errors, extensions: { receipt: { id: answer.receipt } } });
}

export function sendFailure(response: ServerResponse, failure: Failure, language: Language): void {
  sendJson(response, statusOf(failure.code), { errors: [formatFailure(failure, language)] });
}
