import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** For whom and for what the gateway asks; verified. */
export interface Consumer {
  readonly department: string;
  readonly operator: string;
  readonly use: string;
  readonly matter: string;
  readonly grants: readonly string[];
  readonly disclosure: string;
}

/** Verifies the gateway's assertion; null when it is missing, wrong or not for this provider. */
export type VerifyAssertion = (authorization: string | undefined) => Promise<Consumer | null>;

/** An assertion is for the request at hand: an older one is refused, whatever its own expiry. */
const MOST_SECONDS = 60;

/** A key set is not read again sooner than this, however many unknown keys are named. */
const KEYS_COOLDOWN_MS = 1_000;

/** A key set that has been read is used this long before it is read again. */
const KEYS_AGE_MS = 30_000;

/**
 * Verifies assertions for one subgraph. `jwks` is the URL or the file of the gateway's public keys; it is read
 * again when it is old or lacks a key.
 */
export function assertionVerifier(subgraph: string, jwks: string): VerifyAssertion {
  const keys = /^https?:/.test(jwks)
    ? createRemoteJWKSet(new URL(jwks), { cacheMaxAge: KEYS_AGE_MS })
    : keysOfFile(jwks);
  return async (authorization) => {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['EdDSA'],
        audience: `urn:liancha:provider:${subgraph}`,
        typ: 'liancha-assertion+jwt',
        clockTolerance: 5,
        maxTokenAge: MOST_SECONDS, // Also demands `iat`.
        requiredClaims: ['iss', 'sub', 'exp', 'operator', 'use', 'matter', 'disclosure'],
      });
      const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '');
      const grants = Array.isArray(payload.grants) ? payload.grants.map(String) : [];
      return {
        department: text('sub'),
        operator: text('operator'),
        use: text('use'),
        matter: text('matter'),
        grants,
        disclosure: text('disclosure'),
      };
    } catch {
      return null;
    }
  };
}

function keysOfFile(path: string): JWTVerifyGetKey {
  let readAt = 0;
  let keys: JWTVerifyGetKey | null = null;
  const reread = async (): Promise<JWTVerifyGetKey> => {
    keys = createLocalJWKSet(JSON.parse(await readFile(path, 'utf8')));
    readAt = Date.now();
    return keys;
  };
  return async (header, token) => {
    const current = keys && Date.now() - readAt < KEYS_AGE_MS ? keys : await reread();
    try {
      return await current(header, token);
    } catch (error) {
      if (Date.now() - readAt < KEYS_COOLDOWN_MS) throw error;
      return (await reread())(header, token); // The gateway may have a new key.
    }
  };
}
