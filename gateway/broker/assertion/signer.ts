import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PublicKeySet, type PublishedKey, publishKeys } from './published-keys.ts';

/** What the gateway tells a provider of each request (谁主管，谁提供，谁负责: the provider can check for itself). */
export interface AssertionClaims {
  /** Name of the subgraph that is asked; the assertion is good for no other. */
  readonly subgraph: string;
  readonly department: string;
  readonly operator: string;
  readonly use: string;
  readonly matter: string;
  readonly grants: readonly string[];
  /** Coordinates of other departments' items that the request carries: they are disclosed to the provider itself. */
  readonly sent?: readonly string[];
  readonly disclosure: string;
}

/** The one request that an assertion is good for. */
export interface AssertedRequest {
  /** `GET` for the upgrade to a WebSocket. */
  readonly method: 'POST' | 'GET';
  /** Path and query of the subgraph's URL. */
  readonly path: string;
  /** What is asked, byte for byte: the body; of a WebSocket the payload of its one `subscribe` message. */
  readonly body: string | Buffer;
}

/** Signs assertions; providers verify them with the public keys. */
export interface AssertionSigner {
  /** `ageMs`: of an assertion that is only to be refused. */
  sign(claims: AssertionClaims, request: AssertedRequest, ageMs?: number): string;
  jwks(): PublicKeySet;
}

/** An assertion is for the request at hand, not for keeping. */
const LIFETIME_SECONDS = 30;

/**
 * Opens the gateway's signing key in a folder, made when missing, and publishes `jwks.json` beside it. Each assertion is bound to one
 * request: to the provider, the method, the path and the digest of what is asked, with an id of its own.
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
  const published = publishKeys(join(folder, 'jwks.json'), `urn:liancha:gateway:${gatewayId}`, jwk, now);
  const header = encode({ alg: 'EdDSA', typ: 'liancha-assertion+jwt', kid: jwk.kid });
  // Ids that no other instance or later start gives.
  const series = randomBytes(12).toString('base64url');
  let number = 0;
  return {
    jwks: published.current,
    sign(claims, { method, path, body }, ageMs = 0) {
      const { subgraph, department, operator, use, matter, grants, sent = [], disclosure } = claims;
      published.current();
      const iat = Math.floor((now() - ageMs) / 1_000);
      const payload = encode({
        iss: published.issuer,
        aud: `urn:liancha:provider:${subgraph}`,
        sub: department,
        operator,
        use,
        matter,
        grants,
        ...(sent.length > 0 && { sent }),
        disclosure,
        method,
        path,
        body_sha256: hash('sha256', body, 'base64url'),
        jti: `${series}.${(++number).toString(36)}`,
        iat,
        exp: iat + LIFETIME_SECONDS,
      });
      const input = `${header}.${payload}`;
      // RFC 8037: EdDSA is pure Ed25519 over the signing input. node:crypto signs at once, without a thread's detour.
      return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function publicJwk(key: KeyObject): PublishedKey {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  // RFC 7638: the thumbprint of the key is its name.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }));
  return { ...jwk, kid: thumbprint.digest('base64url'), alg: 'EdDSA', use: 'sig' };
}
