import type { Failure } from '../errors.ts';
import type { Principal } from '../words.ts';

/** What the gatekeeper needs of `identity`. */
interface Identity {
  authenticate(authorization: string | undefined): Authenticated | Promise<Authenticated>;
}
export type Authenticated =
  | { readonly ok: true; readonly principal: Principal; readonly expires: number }
  | { readonly ok: false; readonly failure: Failure };

/** What the gatekeeper needs of `store`. */
interface Counters {
  take(key: string, cost: number, limit: number, windowMs: number): Taken | Promise<Taken>;
}
type Taken = { readonly allowed: boolean; readonly retryAfterMs: number };

export type Entry =
  | { readonly ok: true; readonly principal: Principal; readonly expires: number }
  | { readonly ok: false; readonly failure: Failure; readonly principal: Principal | null };

/** Who may come in, whichever door they take: identity first, then the department's rate. */
export interface Gatekeeper {
  /** `operations` counts towards the rate. Synchronous when everything is known: the warm path does not wait. */
  admit(authorization: string | undefined, operations: number): Entry | Promise<Entry>;
  /** Who it is, without a count: for those who are in already. */
  identify(authorization: string | undefined): Authenticated | Promise<Authenticated>;
}

const MINUTE_MS = 60_000;

export function createGatekeeper(
  identity: Identity,
  counters: Counters,
  requestsPerMinute: number,
): Gatekeeper {
  const judge = (authenticated: Extract<Authenticated, { ok: true }>, taken: Taken): Entry => {
    if (taken.allowed) return authenticated;
    const retryAfter = Math.max(1, Math.ceil(taken.retryAfterMs / 1_000));
    const details = { limit: `${requestsPerMinute}/min`, retryAfter };
    const { principal } = authenticated;
    return { ok: false, failure: { code: 'QUOTA_EXCEEDED', details }, principal };
  };
  const count = (authenticated: Authenticated, operations: number): Entry | Promise<Entry> => {
    if (!authenticated.ok) return { ok: false, failure: authenticated.failure, principal: null };
    const { principal } = authenticated;
    const taken = counters.take(`rate:${principal.department}`, operations, requestsPerMinute, MINUTE_MS);
    return taken instanceof Promise
      ? taken.then((one) => judge(authenticated, one))
      : judge(authenticated, taken);
  };
  return {
    identify: (authorization) => identity.authenticate(authorization),
    admit(authorization, operations) {
      const authenticated = identity.authenticate(authorization);
      return authenticated instanceof Promise
        ? authenticated.then((one) => count(one, operations))
        : count(authenticated, operations);
    },
  };
}
