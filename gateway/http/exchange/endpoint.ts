import type { ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { formatFailure } from '../../broker/index.ts';
import { type Failure, type Language, statusOf } from '../../errors.ts';
import type { Exchange } from '../../exchange/index.ts';
import { callerOf } from '../address.ts';
import { sendApollo } from '../apollo.ts';
import { abandon, type Bodies } from '../body.ts';
import type { Entry, Gatekeeper } from '../gatekeeper.ts';
import { responseTypeFor } from '../graphql/media.ts';
import { readRequest } from '../graphql/request.ts';
import { languageOf } from '../language.ts';
import { type Handler, sendJson } from '../router.ts';

/** Larger than any schema that is accepted, so that a larger one is told why it is refused. */
const REQUEST_BYTES = 12_000_000;

/** `/exchange`: the same gatekeeper and the same reading of requests as for queries, then the exchange API. */
export function createExchangeEndpoint(exchange: Exchange, gatekeeper: Gatekeeper, bodies: Bodies): Handler {
  return async (request, response, url) => {
    const language = languageOf(request.headers['accept-language']);
    const refuse = (failure: Failure): void => {
      abandon(request);
      sendExchangeFailure(response, failure, language);
    };
    const entered = gatekeeper.admit(request.headers.authorization, 1, 'exchange', callerOf(request));
    const entry: Entry = entered instanceof Promise ? await entered : entered;
    if (!entry.ok) return refuse(entry.failure);
    const type = responseTypeFor(request.headers.accept);
    if (!type) return refuse(NOT_ACCEPTABLE);
    const { principal } = entry;
    const reading = { bodies, requestBytes: REQUEST_BYTES };
    const read = await readRequest(reading, request, response, url, principal.department);
    if (!read.ok) return read.failure ? refuse(read.failure) : undefined;
    try {
      const [one] = read.operations;
      if (read.isBatch || !one) return refuse(NO_BATCH);
      if (!one.ok) return refuse(one.failure);
      const headers = new HeaderMap([
        ['accept', type],
        ['content-type', 'application/json'],
        ['apollo-require-preflight', 'true'], // Was looked at when it was read.
      ]);
      const asked = read.mayChange
        ? { method: 'POST', headers, search: '', body: one.asked }
        : { method: 'GET', headers, search: url.search, body: undefined };
      const served = await exchange.serve(asked, principal, language);
      if (!served.ok) return refuse(served.failure);
      sendApollo(response, served);
    } finally {
      read.release();
    }
  };
}

const NOT_ACCEPTABLE: Failure = {
  code: 'NOT_ACCEPTABLE',
  details: { served: 'application/graphql-response+json, application/json' },
};
const NO_BATCH: Failure = {
  code: 'BAD_USER_INPUT',
  details: { detail: '/exchange 不接受批量请求 takes no batches' },
};

/** A failure in the form of a GraphQL response, with the status that belongs to it. */
export function sendExchangeFailure(response: ServerResponse, failure: Failure, language: Language): void {
  const { code, details } = failure;
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  if (code === 'METHOD_NOT_ALLOWED') response.setHeader('allow', String(details.allowed));
  if (code === 'QUOTA_EXCEEDED' || code === 'OVERLOADED')
    response.setHeader('retry-after', String(details.retryAfter ?? 60));
  sendJson(response, statusOf(code), { errors: [formatFailure(failure, language)] });
}
