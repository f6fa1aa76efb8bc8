import type { ErrorDetails } from '../errors.ts';

/** What asking a provider came to: the bytes that it answered, or why there are none. */
export type FetchResult =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false;
      readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';
      readonly details: ErrorDetails;
    };

/** One GraphQL request to a provider: the subgraph's name and the JSON body. */
export interface FetchCall {
  readonly subgraph: string;
  readonly body: string | Buffer;
}

/** Asks providers; given to the engine for each request. Never rejects. */
export type Fetch = (call: FetchCall) => Promise<FetchResult>;
