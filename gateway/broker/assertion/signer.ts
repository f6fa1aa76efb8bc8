import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the gateway tells a provider of each request (谁主管，谁提供，谁负责: the provider can check for itself). */
export interface AssertionClaims {
  /** Name of the subgraph that is asked; the assertion is good for no other. */
  readonly subgraph: string;
  readonly department: string;
  readonly operator: string;
  readonly use: string;
  readonly matter: string;
  readonly grants: readonly string[];
  readonly disclosure: string;
}

export interface PublicKeySet {
  readonly keys: readonly Record<string, unknown>[];
}

/** An assertion that a call of a request has carried. */
export interface SignedAssertion {
  readonly claims: AssertionClaims;
  readonly iat: number;
  readonly text: string;
}

/** Signs assertions; providers verify them with the public keys. */
export interface AssertionSigner {
  /** `signed`: those of the same request so far, the new one is added to. */
  sign(claims: AssertionClaims, signed?: SignedAssertion[]): string;
  jwks(): PublicKeySet;
}

/** An assertion is for the request at hand, not for keeping. */
const LIFETIME_SECONDS = 30;
/** For so long, further calls of the same request to the same provider carry the same assertion: it would say the same. */
const SAME_SECONDS = 5;

/**
 * Opens the gateway's signing key in a folder, made when missing, and writes `jwks.json` beside it. Keys that
 * were current before stay in the set, so that a provider that reads it late still verifies.
 */
export function openAssertionSigner(folder: string, gatewayId: string, now: () => number): AssertionSigner {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyFile = join(folder, 'assertion-key.pem');
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const privateKey = createPrivateKey(readFileSync(keyFile));
  const jwk = publicJwk(privateKey);
  const keySet = publishKeySet(join(folder, 'jwks.json'), jwk);
  const header = encode({ alg: 'EdDSA', typ: 'liancha-assertion+jwt', kid: jwk.kid });
  const issuer = `urn:liancha:gateway:${gatewayId}`;
  return {
    jwks: () => keySet,
    sign(claims, signed) {
      const { subgraph, department, operator, use, matter, grants, disclosure } = claims;
      const iat = Math.floor(now() / 1_000);
      const isFresh = (one: SignedAssertion): boolean => Math.abs(iat - one.iat) <= SAME_SECONDS;
      const before = signed?.find((one) => isSame(one.claims, claims) && isFresh(one));
      if (before) return before.text;
      const aud = `urn:liancha:provider:${subgraph}`;
      const exp = iat + LIFETIME_SECONDS;
      const payload = encode({
        iss: issuer,
        aud,
        sub: department,
        operator,
        use,
        matter,
        grants,
        disclosure,
        iat,
        exp,
      });
      const input = `${header}.${payload}`;
      // RFC 8037: EdDSA is pure Ed25519 over the signing input. node:crypto signs at once, without a thread's detour.
      const text = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
      signed?.push({ claims, iat, text });
      return text;
    },
  };
}

function isSame(one: AssertionClaims, other: AssertionClaims): boolean {
  return (
    one.subgraph === other.subgraph &&
    one.disclosure === other.disclosure &&
    one.department === other.department &&
    one.operator === other.operator &&
    one.use === other.use &&
    one.matter === other.matter &&
    one.grants === other.grants
  );
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function publicJwk(key: KeyObject): Record<string, unknown> & { readonly kid: string } {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  // RFC 7638: the thumbprint of the key is its name.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }));
  return { ...jwk, kid: thumbprint.digest('base64url'), alg: 'EdDSA', use: 'sig' };
}

const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

function publishKeySet(file: string, current: Record<string, unknown>): PublicKeySet {
  const before = existsSync(file) ? KeySet.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  const older = before?.success ? before.data.keys.filter((one) => one.kid !== current.kid) : [];
  const keySet = { keys: [current, ...older.slice(0, 2)] };
  writeFileSync(`${file}.new`, JSON.stringify(keySet));
  renameSync(`${file}.new`, file);
  return keySet;
}
