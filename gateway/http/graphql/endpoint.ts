import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Broker, digestOf, formatFailure } from '../../broker/index.ts';
import { type Failure, type Language, statusOf } from '../../errors.ts';
import type { Principal } from '../../words.ts';
import { callerOf } from '../address.ts';
import { abandon } from '../body.ts';
import type { Entry, Gatekeeper } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { sendJson } from '../router.ts';
import { type ResponseType, responseTypeFor } from './media.ts';
import { answerOperation, answerOperations } from './operations.ts';
import { type ReadingParts, readRequest } from './request.ts';
import { sendAnswer, sendAnswers } from './send.ts';
import { wantsProof } from './write-answer.ts';

/** A broker, and how long it is in use: it is replaced when a new schema goes live. */
export interface Service {
  readonly broker: Broker;
  /** A request that has begun is finished by the same service, also when another is live by then. */
  enter(): void;
  leave(): void;
}

export interface EndpointParts extends ReadingParts {
  readonly gatekeeper: Gatekeeper;
  /** The service that is live now. */
  service(): Service;
  readonly batch: number;
  /** Told of defects: what happened and under which reference the client was told. */
  onDefect(reference: string, error: unknown): void;
  /** Told of every request that was served: by which door, what it came to, how long it took. */
  onAnswered(door: 'warm' | 'general', outcome: string, seconds: number): void;
}

/** `POST` and `GET /graphql`: who it is first, then what is asked, then one answer for each operation. */
export function createGraphqlEndpoint(parts: EndpointParts) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const language = languageOf(request.headers['accept-language']);
    const start = performance.now();
    const service = parts.service();
    service.enter();
    try {
      const served = await serve(parts, service.broker, request, response, url, language);
      if (served) parts.onAnswered(served.door, served.outcome, (performance.now() - start) / 1_000);
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
  broker: Broker,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  language: Language,
): Promise<Served | null> {
  const { headers } = request;
  const caller = callerOf(request);
  const type = responseTypeFor(headers.accept);
  const refuse = async (
    failure: Failure,
    principal: Principal | null,
    about: string | Buffer = '',
  ): Promise<Served> => {
    abandon(request);
    const answer = await broker.refuse(digestOf(about), [failure], principal, caller);
    sendRefusal(response, answer, failure, language, type ?? undefined);
    return { door: 'general', outcome: failure.code };
  };
  const entered = parts.gatekeeper.admit(headers.authorization, 1, 'query', caller);
  const entry: Entry = entered instanceof Promise ? await entered : entered;
  if (!entry.ok) return refuse(entry.failure, entry.principal);
  const { principal } = entry;
  if (!type) return refuse(NOT_ACCEPTABLE, principal);
  const read = await readRequest(parts, request, response, url, principal.department);
  if (!read.ok) return read.failure && refuse(read.failure, principal, read.about);
  try {
    const { operations, isBatch, mayChange } = read;
    const [first] = operations;
    if (!isBatch && first?.ok) {
      const { door, answer: given } = await answerOperation(broker, first.asked, principal, mayChange);
      const answer = wantsProof(headers['liancha-receipt']) ? await broker.prove(given) : given;
      await sendAnswer(request, response, answer, type, language);
      return { door, outcome: outcomeOf(answer) };
    }
    const count = operations.length;
    if (count > parts.batch)
      return refuse(
        { code: 'OPERATION_TOO_COMPLEX', details: { what: 'batch', actual: count, limit: parts.batch } },
        principal,
      );
    const more =
      count > 1 ? await parts.gatekeeper.admit(headers.authorization, count - 1, 'query', caller) : entry;
    if (!more.ok) return refuse(more.failure, more.principal);
    const answers = await answerOperations(broker, operations, principal);
    const isProven = wantsProof(headers['liancha-receipt']);
    const proven = isProven ? await Promise.all(answers.map((one) => broker.prove(one))) : answers;
    sendAnswers(response, proven, type, language);
    return { door: 'general', outcome: proven.map(outcomeOf).find((one) => one !== 'OK') ?? 'OK' };
  } finally {
    read.release();
  }
}

const NOT_ACCEPTABLE: Failure = {
  code: 'NOT_ACCEPTABLE',
  details: { served: 'application/graphql-response+json, application/json, text/event-stream' },
};

function outcomeOf({ failures }: Answer): string {
  return failures[0]?.code ?? 'OK';
}

/** Sends a refusal that was recorded, by its status. */
export function sendRefusal(
  response: ServerResponse,
  answer: Answer,
  failure: Failure,
  language: Language,
  type: ResponseType = 'application/json',
): void {
  const [first = failure] = answer.failures;
  const errors = answer.failures.map((one) => formatFailure(one, language));
  refusalHeaders(response, first);
  const body = { errors, extensions: { receipt: { id: answer.receipt } } };
  sendJson(response, statusOf(first.code), body, type);
}

export function sendFailure(response: ServerResponse, failure: Failure, language: Language): void {
  refusalHeaders(response, failure);
  sendJson(response, statusOf(failure.code), { errors: [formatFailure(failure, language)] });
}

function refusalHeaders(response: ServerResponse, { code, details }: Failure): void {
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (code === 'METHOD_NOT_ALLOWED') response.setHeader('allow', String(details.allowed));
  if (code === 'QUOTA_EXCEEDED' || code === 'OVERLOADED')
    response.setHeader('retry-after', String(details.retryAfter ?? 60));
}
