import { createHash, timingSafeEqual } from 'node:crypto';
import { jwtVerify } from 'jose';
import { gatewayKeys } from './gateway-keys.ts';
import { onceWithin, type TakeOnce } from './once.ts';

/** For whom and for what the gateway asks; verified. */
export interface Consumer {
  readonly department: string;
  readonly operator: string;
  readonly use: string;
  readonly matter: string;
  readonly grants: readonly string[];
  /** Other departments' items that the request carries: the provider is told them for this request, and answers for that. */
  readonly sent: readonly string[];
  readonly disclosure: string;
}

/** A request as it came: what an assertion must be bound to. */
export interface AskedBy {
  /** `POST`, or `GET` for the upgrade to a WebSocket. */
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
}

/** A verified assertion. It says what is asked by a digest, so that a stranger's body need not be read first. */
export interface Assertion {
  readonly consumer: Consumer;
  /** Is this what the gateway asks: the body, or the payload of a WebSocket's one `subscribe` message? */
  isFor(asked: string | Buffer): boolean;
}

/** Verifies the gateway's assertion; null when it is missing, wrong, taken before, or for another provider or request. */
export type VerifyAssertion = (
  authorization: string | undefined,
  request: AskedBy,
) => Promise<Assertion | null>;

export interface AssertionOptions {
  /** The gateway whose assertions are taken: `urn:liancha:gateway:<id>`. Otherwise the one that the key set names. */
  readonly issuer?: string;
  /** The path at which the gateway asks, where a proxy changes it on the way here. */
  readonly path?: string;
  /** Takes each assertion once. Where several processes serve one subgraph: for all of them, by a store of their own. */
  readonly takeOnce?: TakeOnce;
}

/** An assertion is for the request at hand: an older one is refused, whatever its own expiry. */
const MOST_SECONDS = 60;
const TOLERANCE_SECONDS = 5;
const ANY_GATEWAY = /^urn:liancha:gateway:[a-z0-9-]+$/;

/** Claims that every assertion has. */
const REQUIRED = [
  ...['iss', 'sub', 'exp', 'jti', 'operator', 'use', 'matter', 'disclosure'],
  ...['method', 'path', 'body_sha256'],
];

/** Verifies assertions for one subgraph. `jwks` is the URL or the file of the gateway's public keys. */
export function assertionVerifier(
  subgraph: string,
  jwks: string,
  options: AssertionOptions = {},
): VerifyAssertion {
  const keys = gatewayKeys(jwks);
  const { takeOnce = onceWithin((MOST_SECONDS + 2 * TOLERANCE_SECONDS) * 1_000) } = options;
  const isIssuer = (issuer: string): boolean => {
    const expected = options.issuer ?? keys.issuer();
    return expected === null ? ANY_GATEWAY.test(issuer) : issuer === expected;
  };
  return async (authorization, request) => {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    try {
      const { payload } = await jwtVerify(token, keys.key, {
        algorithms: ['EdDSA'],
        audience: `urn:liancha:provider:${subgraph}`,
        typ: 'liancha-assertion+jwt',
        clockTolerance: TOLERANCE_SECONDS,
        maxTokenAge: MOST_SECONDS, // Also demands `iat`.
        requiredClaims: REQUIRED,
      });
      const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '');
      const asked = options.path ?? request.url;
      if (!isIssuer(text('iss')) || text('method') !== request.method || text('path') !== asked) return null;
      if (!(await takeOnce(text('jti'), (payload.exp ?? 0) * 1_000))) return null;
      const list = (name: string): string[] => {
        const value = payload[name];
        return Array.isArray(value) ? value.map(String) : [];
      };
      const consumer = {
        department: text('sub'),
        operator: text('operator'),
        use: text('use'),
        matter: text('matter'),
        grants: list('grants'),
        sent: list('sent'),
        disclosure: text('disclosure'),
      };
      const digest = Buffer.from(text('body_sha256'), 'base64url');
      return { consumer, isFor: (what) => isDigestOf(digest, what) };
    } catch {
      return null;
    }
  };
}

function isDigestOf(digest: Buffer, what: string | Buffer): boolean {
  const own = createHash('sha256').update(what).digest();
  return own.length === digest.length && timingSafeEqual(own, digest);
}
