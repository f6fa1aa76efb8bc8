import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from '../../broker/index.ts';
import type { Language } from '../../errors.ts';
import type { ResponseType } from './media.ts';
import { answerBody, statusOfAnswer } from './write-answer.ts';

const compress = promisify(gzip);

/** Sends an answer in one write, of one piece or several. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  type: ResponseType,
  language: Language,
): void | Promise<void> {
  const [failure] = answer.failures;
  if (failure && !answer.data) {
    if (failure.code === 'METHOD_NOT_ALLOWED') response.setHeader('allow', String(failure.details.allowed));
    if (failure.code === 'QUOTA_EXCEEDED')
      response.setHeader('retry-after', String(failure.details.retryAfter ?? 60));
  }
  const pieces = answerBody(answer, language);
  const status = statusOfAnswer(answer, type);
  if (answer.isPublic && isWorthCompressing(request, pieces))
    return sendCompressed(response, status, type, pieces);
  sendPieces(response, status, type, pieces);
}

/** Sends the answers of a batch as a list. */
export function sendAnswers(
  response: ServerResponse,
  answers: readonly Answer[],
  type: ResponseType,
  language: Language,
): void {
  const pieces = answers.flatMap((one, index) => [index === 0 ? OPEN : COMMA, ...answerBody(one, language)]);
  sendPieces(response, 200, type, [...pieces, CLOSE]);
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

function sendPieces(
  response: ServerResponse,
  status: number,
  type: ResponseType,
  pieces: readonly Buffer[],
): void {
  response.writeHead(status, [
    'content-type',
    CONTENT_TYPE[type],
    'content-length',
    String(pieces.reduce((sum, piece) => sum + piece.length, 0)),
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
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

const WORTH_BYTES = 16_384;

/** Only what is no secret: the length of what is compressed tells of its content (BREACH). */
function isWorthCompressing({ headers }: IncomingMessage, pieces: readonly Buffer[]): boolean {
  const accepted = headers['accept-encoding'];
  if (typeof accepted !== 'string' || !/(^|[\s,])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted))
    return false;
  return pieces.some((one) => one.length > WORTH_BYTES);
}

async function sendCompressed(
  response: ServerResponse,
  status: number,
  type: ResponseType,
  pieces: readonly Buffer[],
): Promise<void> {
  const bytes = await compress(Buffer.concat(pieces), { level: 5 });
  response.setHeader('content-encoding', 'gzip');
  response.appendHeader('vary', 'accept-encoding');
  sendPieces(response, status, type, [bytes]);
}
