import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Broker } from '../../broker/index.ts';
import type { Language } from '../../errors.ts';
import type { Principal } from '../../words.ts';
import { answerBody, type ResponseType, responseTypeFor, statusOfAnswer } from './write-answer.ts';

/** A JSON POST as GraphQL over HTTP §5.2 has it. */
interface Posted {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The warm path: a JSON POST of an operation that is known. Returns the answer's promise, or null when the
 * request is anything else, which is then served by the other door.
 */
export function answerWarm(
  broker: Broker,
  request: IncomingMessage,
  body: unknown,
  principal: Principal,
): { readonly answer: Promise<Answer>; readonly type: ResponseType } | null {
  const type = responseTypeFor(request.headers.accept);
  const posted = type && postedOperation(body);
  if (!type || !posted) return null;
  const operation = broker.known(posted.query, posted.operationName);
  return operation ? { answer: broker.answer(operation, posted.variables, principal), type } : null;
}

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

function postedOperation(body: unknown): Posted | null {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null;
  const {
    query,
    operationName = null,
    variables = null,
    extensions = null,
  } = body as Record<string, unknown>;
  if (typeof query !== 'string' || extensions !== null) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (typeof variables !== 'object' || Array.isArray(variables)) return null;
  return { query, operationName, variables: variables === null ? NO_VARIABLES : { ...variables } };
}

/** Sends an answer in one write, of one piece or several. */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  type: ResponseType,
  language: Language,
): void {
  const pieces = answerBody(answer, language);
  response.writeHead(statusOfAnswer(answer, type), [
    'content-type',
    CONTENT_TYPE[type],
    'content-length',
    String(pieces.reduce((sum, piece) => sum + piece.length, 0)),
    'cache-control',
    'no-store',
  ]);
  const last = pieces.length - 1;
  if (last > 0) response.cork();
  for (let index = 0; index < last; index++) response.write(pieces[index]);
  response.end(pieces[last]); // Which uncorks.
}

const CONTENT_TYPE: Readonly<Record<ResponseType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
};
