import { decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Failure } from '../errors.ts';
import { type Principal, ZONES } from '../words.ts';
import type { DepartmentDirectory } from './departments.ts';
import { KEY_SET_AGE_MS, type KeySetLocation, keySet } from './key-set.ts';

/** Whose tokens are taken. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: KeySetLocation;
  /** Asymmetric algorithms only. */
  readonly algorithms: readonly string[];
}

export type Authenticated =
  | {
      readonly ok: true;
      readonly principal: Principal;
      /** When the token ends, in milliseconds since the epoch. */
      readonly expires: number;
    }
  | { readonly ok: false; readonly failure: Failure };

export interface Identity {
  /** Synchronous for a token that was verified before. Never rejects. */
  authenticate(authorization: string | undefined): Authenticated | Promise<Authenticated>;
}

export interface IdentityOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly departments: DepartmentDirectory;
  readonly clockToleranceSeconds: number;
  readonly now: () => number;
}

const ASYMMETRIC = new Set(['EdDSA', 'ES256', 'PS256', 'RS256']);
const LONGEST_TOKEN = 8_192;
const KEPT_TOKENS = 10_000;

/** What a token must say (RFC 7519): who the operator is, of which department, in which network. */
const Claims = z.object({
  sub: z.string().min(1).max(200),
  department: z.string().length(18),
  zone: z.enum(ZONES),
  exp: z.number(),
});

/** Verifies bearer tokens of the trusted issuers. Throws when an issuer allows a symmetric algorithm. */
export function createIdentity(options: IdentityOptions): Identity {
  const issuers = new Map(
    options.issuers.map((one) => {
      const wrong = one.algorithms.find((algorithm) => !ASYMMETRIC.has(algorithm));
      if (wrong !== undefined) throw new Error(`issuer ${one.issuer}: algorithm ${wrong} is not allowed`);
      return [one.issuer, { ...one, keys: keySet(one.jwks) }] as const;
    }),
  );
  const verified = new LRUCache<string, Kept>({ max: KEPT_TOKENS });
  return {
    authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token === null) return refused('缺少令牌 no bearer token');
      const known = verified.get(token);
      if (known && options.now() < known.until) return known.authenticated;
      return verify(options, issuers, token).then((result) => {
        if (!result.ok) return result;
        // A key that is withdrawn must end its tokens: they are verified again and again.
        const until = Math.min(result.expires, options.now() + KEY_SET_AGE_MS);
        verified.set(token, { authenticated: result, until });
        return result;
      });
    },
  };
}

function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length > LONGEST_TOKEN) return null;
  return /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1] ?? null;
}

interface Trusted extends TrustedIssuer {
  readonly keys: JWTVerifyGetKey;
}

/** A token that was verified, and until when that is believed. */
interface Kept {
  readonly authenticated: Extract<Authenticated, { ok: true }>;
  readonly until: number;
}

async function verify(
  options: IdentityOptions,
  issuers: ReadonlyMap<string, Trusted>,
  token: string,
): Promise<Authenticated> {
  try {
    // Only chooses whose keys to ask; everything is verified against that issuer below.
    const trusted = issuers.get(decodeJwt(token).iss ?? '');
    if (!trusted) return refused('签发者不受信任 the issuer is not trusted');
    const { payload } = await jwtVerify(token, trusted.keys, {
      issuer: trusted.issuer,
      audience: trusted.audience,
      algorithms: [...trusted.algorithms],
      clockTolerance: options.clockToleranceSeconds,
      currentDate: new Date(options.now()),
      requiredClaims: ['exp', 'sub', 'department', 'zone'],
    });
    const claims = Claims.safeParse(payload);
    if (!claims.success) return refused('令牌声明有误 the claims are wrong');
    const department = options.departments.byCode(claims.data.department);
    if (!department) return refused('部门未登记 the department is not registered');
    const principal: Principal = {
      department: department.code,
      departmentName: department.name,
      operator: claims.data.sub,
      zone: claims.data.zone,
    };
    return { ok: true, principal, expires: claims.data.exp * 1_000 };
  } catch (error) {
    return refused(reasonOf(error));
  }
}

/** In our words: an error's own text may quote the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return '令牌已过期 the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `令牌声明有误 the claim "${error.claim}" is wrong`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return '签名无效 the signature is not valid';
  if (error instanceof errors.JWKSNoMatchingKey) return '找不到验证密钥 no key of the issuer matches';
  if (error instanceof errors.JOSEAlgNotAllowed) return '签名算法不被接受 the algorithm is not allowed';
  if (error instanceof errors.JOSEError) return '令牌格式有误 the token is malformed';
  return '密钥不可用 the keys of the issuer cannot be read';
}

function refused(reason: string): Extract<Authenticated, { ok: false }> {
  return { ok: false, failure: { code: 'UNAUTHENTICATED', details: { reason } } };
}
