import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatFailure } from '../broker/index.ts';
import { statusOf } from '../errors.ts';
import type { Access } from './access.ts';
import { abandon } from './body.ts';
import { languageOf } from './language.ts';
import { type Handler, sendJson } from './router.ts';

/** What holds nothing but public keys and hashes, and is asked for by machines under whatever name they know. */
const PUBLIC = /^\/(health\/|ledger\/|\.well-known\/)/;
/** Never for a page of another site: who gets in has every department's token. */
const OWN_PAGES_ONLY = /^\/demonstration\//;

/** Lets in what names the gateway by a known name and comes from a known page, and tells browsers so (CORS). */
export function guarded(access: Access, handler: Handler): Handler {
  return (request, response, url) => {
    if (PUBLIC.test(url.pathname)) return handler(request, response, url);
    const judged = access.judge(request, url);
    if (!judged.ok || (judged.origin !== null && OWN_PAGES_ONLY.test(url.pathname))) {
      const failure = judged.ok ? ({ code: 'ORIGIN_NOT_ALLOWED', details: {} } as const) : judged.failure;
      abandon(request);
      const language = languageOf(request.headers['accept-language']);
      return sendJson(response, statusOf(failure.code), { errors: [formatFailure(failure, language)] });
    }
    if (judged.origin !== null) allow(request, response, judged.origin);
    if (judged.origin !== null && isPreflight(request)) {
      response.writeHead(204, { 'content-length': 0 }).end();
      return;
    }
    return handler(request, response, url);
  };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** No credentials: the token is in a header, and never in a cookie. */
function allow(request: IncomingMessage, response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  if (!isPreflight(request)) {
    response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate, allow');
    return;
  }
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, accept-language, apollo-require-preflight, liancha-receipt',
  );
  response.setHeader('access-control-max-age', '600');
}
