import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import type { Principal, Zone } from '../words.ts';
import { isAccessToken, readClaims } from './claims.ts';
import type { Department, DepartmentDirectory } from './departments.ts';
import { KEY_SET_AGE_MS, type KeySet, type KeySetLocation, KeysUnavailable, keySet } from './key-set.ts';
import { verifyToken } from './verify-token.ts';

/** Whose tokens are taken, and for whom. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: KeySetLocation;
  /** Asymmetric algorithms only. */
  readonly algorithms: readonly string[];
  /** Departments for which it may speak. */
  readonly departments: 'ALL' | readonly string[];
  /** Networks for which it may speak. */
  readonly zones: 'ALL' | readonly Zone[];
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
  /** Longest time for which a token may be good. */
  readonly longestTokenSeconds: number;
  readonly now: () => number;
}

const ASYMMETRIC = new Set(['EdDSA', 'ES256', 'PS256', 'RS256']);
const LONGEST_TOKEN = 8_192;
const KEPT_TOKENS = 10_000;

/** Verifies bearer tokens of the trusted issuers. Throws when an issuer allows a symmetric algorithm, or is named twice. */
export function createIdentity(options: IdentityOptions): Identity {
  const issuers = new Map<string, Trusted>();
  for (const one of options.issuers) {
    const wrong = one.algorithms.find((algorithm) => !ASYMMETRIC.has(algorithm));
    if (wrong !== undefined) throw new Error(`issuer ${one.issuer}: algorithm ${wrong} is not allowed`);
    if (issuers.has(one.issuer)) throw new Error(`issuer ${one.issuer} is configured twice`);
    issuers.set(one.issuer, { ...one, keys: keySet(one.jwks) });
  }
  const verified = new LRUCache<string, Kept>({ max: KEPT_TOKENS });
  return {
    authenticate(authorization) {
      const token = bearerToken(authorization);
      if (token === null) return refused('缺少令牌 no bearer token');
      const known = verified.get(token);
      if (known && options.now() < known.until) return standing(options, known);
      return verify(options, issuers, token).then((result) => {
        if (!('until' in result)) return result;
        verified.set(token, result);
        return result.authenticated;
      });
    },
  };
}

function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length > LONGEST_TOKEN) return null;
  return /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1] ?? null;
}

interface Trusted extends TrustedIssuer {
  readonly keys: KeySet;
}

/** A token that was verified, and until when that is believed. */
interface Kept {
  authenticated: Extract<Authenticated, { ok: true }>;
  /** As the directory had it; it has another one when anything about it has changed. */
  department: Department;
  readonly until: number;
}

/** Who a verified token stands for now: its department may have been changed or ended since. */
function standing({ departments }: IdentityOptions, kept: Kept): Authenticated {
  const department = departments.byCode(kept.department.code);
  if (!department) return refused(UNKNOWN_DEPARTMENT);
  if (department !== kept.department) {
    const { operator, zone } = kept.authenticated.principal;
    kept.department = department;
    kept.authenticated = { ...kept.authenticated, principal: principalOf(department, operator, zone) };
  }
  return kept.authenticated;
}

function principalOf({ code, name, roles }: Department, operator: string, zone: Zone): Principal {
  return { department: code, departmentName: name, roles, operator, zone };
}

async function verify(
  options: IdentityOptions,
  issuers: ReadonlyMap<string, Trusted>,
  token: string,
): Promise<Kept | Extract<Authenticated, { ok: false }>> {
  let issuer = '';
  try {
    // Only chooses whose keys to ask; everything is verified against that issuer below.
    const trusted = issuers.get(decodeJwt(token).iss ?? '');
    if (!trusted) return refused('签发者不受信任 the issuer is not trusted');
    issuer = trusted.issuer;
    if (!isAccessToken(decodeProtectedHeader(token).typ)) return refused(wrongClaim('typ'));
    const now = options.now();
    const { payload } = await verifyToken(token, trusted.keys, {
      issuer,
      audience: trusted.audience,
      algorithms: [...trusted.algorithms],
      clockTolerance: options.clockToleranceSeconds,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'sub', 'department', 'zone'],
    });
    const read = readClaims(payload, {
      now,
      toleranceSeconds: options.clockToleranceSeconds,
      longestSeconds: options.longestTokenSeconds,
    });
    if (!read.ok) return refused(wrongClaim(read.claim));
    const { sub, department: code, zone, exp } = read.claims;
    if (!speaksFor(trusted.departments, code))
      return refused('签发者无权代表该部门 the issuer does not speak for the department');
    if (!speaksFor(trusted.zones, zone))
      return refused('签发者无权代表该网络 the issuer does not speak for the network');
    const department = options.departments.byCode(code);
    if (!department) return refused(UNKNOWN_DEPARTMENT);
    const expires = exp * 1_000;
    return {
      authenticated: { ok: true, principal: principalOf(department, sub, zone), expires },
      department,
      // A key that is withdrawn must end its tokens: they are verified again and again.
      until: Math.min(expires, now + KEY_SET_AGE_MS),
    };
  } catch (error) {
    if (error instanceof KeysUnavailable)
      return { ok: false, failure: { code: 'KEYS_UNAVAILABLE', details: { issuer } } };
    return refused(reasonOf(error));
  }
}

function speaksFor<T extends string>(bound: 'ALL' | readonly T[], one: T): boolean {
  return bound === 'ALL' || bound.includes(one);
}

const UNKNOWN_DEPARTMENT = '部门未登记 the department is not registered';

function wrongClaim(claim: unknown): string {
  return `令牌声明有误 the claim "${String(claim)}" is wrong`;
}

/** In our words: an error's own text may quote the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return '令牌已过期 the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return wrongClaim(error.claim);
  if (error instanceof errors.JWSSignatureVerificationFailed) return '签名无效 the signature is not valid';
  if (error instanceof errors.JWKSNoMatchingKey) return '找不到验证密钥 no key of the issuer matches';
  if (error instanceof errors.JOSEAlgNotAllowed) return '签名算法不被接受 the algorithm is not allowed';
  return '令牌格式有误 the token is malformed';
}

function refused(reason: string): Extract<Authenticated, { ok: false }> {
  return { ok: false, failure: { code: 'UNAUTHENTICATED', details: { reason } } };
}
