import type { ServerResponse } from 'node:http';
import { formatFailure } from '../../broker/index.ts';
import { type Failure, type Language, statusOf } from '../../errors.ts';
import type { Exchange } from '../../exchange/index.ts';
import { apolloHeaders, sendApollo } from '../apollo.ts';
import { parseJson, readBody } from '../body.ts';
import type { Entry, Gatekeeper } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { type Handler, sendJson } from '../router.ts';

/** Larger than any schema that is accepted, so that a larger one is told why it is refused. */
const REQUEST_BYTES = 12_000_000;

/** `POST /exchange`: the same gatekeeper as for queries, then the exchange API. */
export function createExchangeEndpoint(exchange: Exchange, gatekeeper: Gatekeeper): Handler {
  return async (request, response, url) => {
    const language = languageOf(request.headers['accept-language']);
    const refuse = (failure: Failure): void => sendExchangeFailure(response, failure, language);
    const read = await readBody(request, REQUEST_BYTES);
    if (!read.ok) {
      response.setHeader('connection', 'close');
      return refuse({ code: 'REQUEST_TOO_LARGE', details: { limit: REQUEST_BYTES } });
    }
    const entered = gatekeeper.admit(request.headers.authorization, 1, 'exchange');
    const entry: Entry = entered instanceof Promise ? await entered : entered;
    if (!entry.ok) return refuse(entry.failure);
    // What is no JSON stays text, of which Apollo Server says what is wrong.
    const parsed = parseJson(read.bytes);
    const body = parsed === undefined ? read.bytes.toString('utf8') : parsed;
    const headers = apolloHeaders(request);
    const asked = { method: request.method ?? 'POST', headers, search: url.search, body };
    sendApollo(response, await exchange.serve(asked, entry.principal, language));
  };
}

/** A failure in the form of a GraphQL response, with the status that belongs to it. */
export function sendExchangeFailure(response: ServerResponse, failure: Failure, language: Language): void {
  if (failure.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
  sendJson(response, statusOf(failure.code), { errors: [formatFailure(failure, language)] });
}
