import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, digestOf } from '../../broker/index.ts';
import type { Failure, Language } from '../../errors.ts';
import { unmarked } from '../../exact-json.ts';
import { callerOf } from '../address.ts';
import { abandon, type Bodies } from '../body.ts';
import type { Entry } from '../gatekeeper.ts';
import { sendFailure, sendRefusal } from '../graphql/endpoint.ts';
import { readRequest } from '../graphql/request.ts';
import { languageOf } from '../language.ts';
import type { Handler } from '../router.ts';
import { type OpeningParts, openOperation } from './open-operation.ts';
import { resultOf } from './results.ts';

export interface EventStreamParts extends OpeningParts {
  readonly bodies: Bodies;
  readonly limits: { readonly requestBytes: number; readonly keepAliveMs: number };
  /** Takes note of a defect, and says what a consumer is told of it. */
  defect(error: unknown): Failure;
}

/** Does the request want events (`Accept: text/event-stream`)? */
export function wantsEvents({ headers }: IncomingMessage): boolean {
  const { accept } = headers;
  return accept !== undefined && /^\s*text\/event-stream\s*(;|,|$)/i.test(accept);
}

/**
 * `/graphql` with `Accept: text/event-stream`: the graphql-sse protocol in its distinct connections mode. Written here, as
 * the library's handler takes events as fast as they come, whether the consumer reads or not; here an event is decided
 * on when it is taken.
 */
export function createEventStreams(parts: EventStreamParts): Handler {
  return async (request, response, url) => {
    const language = languageOf(request.headers['accept-language']);
    try {
      await serve(parts, request, response, url, language);
    } catch (error) {
      const failure = parts.defect(error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure, language);
    }
  };
}

async function serve(
  parts: EventStreamParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  language: Language,
): Promise<void> {
  const refuse = async (
    failure: Failure,
    principal: Entry['principal'],
    about: string | Buffer = '',
  ): Promise<void> => {
    abandon(request);
    const answer = await parts
      .service()
      .broker.refuse(digestOf(about), [failure], principal, callerOf(request));
    sendRefusal(response, answer, failure, language);
  };
  const { authorization } = request.headers;
  const entry = await parts.gatekeeper.admit(authorization, 1, 'query', callerOf(request));
  if (!entry.ok) return refuse(entry.failure, entry.principal);
  const { principal } = entry;
  const reading = { bodies: parts.bodies, requestBytes: parts.limits.requestBytes };
  const read = await readRequest(reading, request, response, url, principal.department);
  if (!read.ok) {
    if (read.failure) await refuse(read.failure, principal, read.about);
    return;
  }
  read.release();
  const [one] = read.operations;
  if (read.isBatch || !one) return refuse(ONE_AT_A_TIME, principal);
  if (!one.ok) return refuse(one.failure, principal);
  const caller = { authorization, authenticated: entry, mayChange: read.mayChange };
  const opened = await openOperation(parts, caller, one.asked);
  const answers = opened.kind === 'streaming' ? opened.answers : once(opened.answer);
  await send(response, answers, language, parts.limits.keepAliveMs);
}

const ONE_AT_A_TIME: Failure = {
  code: 'BAD_USER_INPUT',
  details: { detail: '事件流只接受一个操作 an event stream is of one operation' },
};

/** Writes one event for each answer, none before the one before has gone out; and comments, so that the line stays open. */
async function send(
  response: ServerResponse,
  answers: AsyncGenerator<Answer, void>,
  language: Language,
  keepAliveMs: number,
): Promise<void> {
  const leave = (): void => void answers.return();
  response.once('close', leave);
  response.on('error', leave); // Written to when the consumer had just gone.
  if (response.destroyed) return leave();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // A proxy must not keep events back.
    'x-content-type-options': 'nosniff',
  });
  response.write(':\n\n');
  let isStuck = false;
  const beat = setInterval(() => {
    // What was written a whole beat ago has still not gone out: nobody reads.
    if (isStuck && response.writableNeedDrain) response.destroy();
    isStuck = response.writableNeedDrain;
    if (!isStuck) response.write(':\n\n');
  }, keepAliveMs).unref();
  try {
    for await (const answer of answers) {
      response.write(`event: next\ndata: ${unmarked(JSON.stringify(resultOf(answer, language)))}\n\n`);
      await goneOut(response);
      if (response.destroyed) return;
    }
    if (!response.destroyed) response.end('event: complete\ndata:\n\n');
  } finally {
    clearInterval(beat);
    response.off('close', leave);
  }
}

function goneOut(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

async function* once(answer: Answer): AsyncGenerator<Answer, void> {
  yield answer;
}
