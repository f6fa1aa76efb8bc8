import type { Failure } from '../errors.ts';
import { DOORS, type Door, hasRole } from '../roles.ts';
import type { Principal, Zone } from '../words.ts';

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
  | Extract<Authenticated, { ok: true }>
  | { readonly ok: false; readonly failure: Failure; readonly principal: Principal | null };

/** Who may come in, whichever door they take: identity first, then the network, the roles, and the department's rate. */
export interface Gatekeeper {
  /**
   * `operations` counts towards the rate; of whoever is not known, each request counts on its address (`callerOf`). Synchronous
   * when everything is known: the warm path does not wait.
   */
  admit(
    authorization: string | undefined,
    operations: number,
    door: Door,
    caller: string,
  ): Entry | Promise<Entry>;
  /** Who it is and whether they may still stand there, without a count: for those who are in already. */
  identify(authorization: string | undefined, door: Door): Entry | Promise<Entry>;
}

export interface GatekeeperOptions {
  /** The network that this gateway stands in. */
  readonly zone: Zone;
  /** Of one department. */
  readonly requestsPerMinute: number;
  /** Of one address from which come requests of nobody who is known. */
  readonly unidentifiedPerMinute: number;
}

const MINUTE_MS = 60_000;

/** `unidentified` counts in this process alone: what it guards is this process. */
export function createGatekeeper(
  identity: Identity,
  counters: Counters,
  unidentified: Counters,
  { zone, requestsPerMinute, unidentifiedPerMinute }: GatekeeperOptions,
): Gatekeeper {
  const judge = (authenticated: Authenticated, door: Door): Entry => {
    if (!authenticated.ok) return { ...authenticated, principal: null };
    const { principal } = authenticated;
    // Measures Art. 11: the two networks are apart, and what is asked in one is not asked of the other.
    if (principal.zone !== zone) return { ok: false, failure: mismatch(zone, principal), principal };
    const allowed = DOORS[door];
    if (hasRole(principal, allowed)) return authenticated;
    return {
      ok: false,
      failure: { code: 'FORBIDDEN', details: { what: door, who: allowed.join(', ') } },
      principal,
    };
  };
  // Whoever is turned away at the door counts too, so that refusals cannot be had without end.
  const count = (
    authenticated: Authenticated,
    operations: number,
    door: Door,
    caller: string,
  ): Entry | Promise<Entry> => {
    const entry = judge(authenticated, door);
    const principal = authenticated.ok ? authenticated.principal : null;
    const limit = principal ? requestsPerMinute : unidentifiedPerMinute;
    const taken = principal
      ? counters.take(`rate:${principal.department}`, operations, limit, MINUTE_MS)
      : unidentified.take(caller, 1, limit, MINUTE_MS);
    const counted = (one: Taken): Entry =>
      one.allowed ? entry : { ok: false, failure: exceeded(limit, one), principal };
    return taken instanceof Promise ? taken.then(counted) : counted(taken);
  };
  return {
    identify(authorization, door) {
      const authenticated = identity.authenticate(authorization);
      return authenticated instanceof Promise
        ? authenticated.then((one) => judge(one, door))
        : judge(authenticated, door);
    },
    admit(authorization, operations, door, caller) {
      const authenticated = identity.authenticate(authorization);
      return authenticated instanceof Promise
        ? authenticated.then((one) => count(one, operations, door, caller))
        : count(authenticated, operations, door, caller);
    },
  };
}

function exceeded(perMinute: number, { retryAfterMs }: Taken): Failure {
  const retryAfter = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return { code: 'QUOTA_EXCEEDED', details: { limit: `${perMinute}/min`, retryAfter } };
}

function mismatch(zone: Zone, principal: Principal): Failure {
  return { code: 'ZONE_MISMATCH', details: { zone, token: `令牌 token (${principal.zone})` } };
}
