import type { ErrorCode } from '../../errors.ts';
import { EXPORT_FORMATS, type Exchange } from '../../exchange/index.ts';
import { callerOf } from '../address.ts';
import type { Gatekeeper } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { type Handler, sendBytes } from '../router.ts';
import { sendExchangeFailure } from './endpoint.ts';

/** `GET /catalogue.csv`, `.xlsx`, `.json`, `.jsonld` (DCAT-AP) and `.roll-up.json`: the catalogue as a file, for departments. */
export function createCatalogueRoutes(exchange: Exchange, gatekeeper: Gatekeeper): Record<string, Handler> {
  return Object.fromEntries(
    EXPORT_FORMATS.map((format): [string, Handler] => [
      `GET /catalogue.${format}`,
      async (request, response) => {
        const language = languageOf(request.headers['accept-language']);
        const entry = await gatekeeper.admit(
          request.headers.authorization,
          1,
          'catalogue',
          callerOf(request),
        );
        if (!entry.ok) return sendExchangeFailure(response, entry.failure, language);
        try {
          const { type, bytes } = await exchange.catalogue.export(format);
          sendBytes(response, 200, type, bytes);
        } catch {
          const code: ErrorCode = 'STORE_UNAVAILABLE';
          sendExchangeFailure(response, { code, details: {} }, language);
        }
      },
    ]),
  );
}
