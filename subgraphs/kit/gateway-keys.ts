import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';

/** The gateway's public keys as they stand, and whose they are. */
export interface GatewayKeys {
  readonly key: JWTVerifyGetKey;
  /** The issuer that the key set names; null where it names none. */
  issuer(): string | null;
}

/** A key set is not read again sooner than this, however many unknown keys are named. */
const COOLDOWN_MS = 1_000;
/** A key set that has been read is used this long before it is read again. */
const AGE_MS = 30_000;
const TIMEOUT_MS = 3_000;

/** `jwks` is a URL or a file (RFC 7517). It is read again when it is old or lacks a key; keys end with their `exp`. */
export function gatewayKeys(jwks: string): GatewayKeys {
  const read = /^https?:/.test(jwks) ? () => fetched(jwks) : () => readFile(jwks, 'utf8');
  let kept: { readonly find: JWTVerifyGetKey; readonly issuer: string | null } | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const reread = (): Promise<void> => {
    reading ??= (async () => {
      try {
        kept = keySetOf(JSON.parse(await read()));
      } finally {
        readAt = performance.now();
        reading = null;
      }
    })();
    return reading;
  };
  const find = (header: JWTHeaderParameters, token: Parameters<JWTVerifyGetKey>[1]) => {
    if (!kept) throw new errors.JWKSNoMatchingKey();
    return kept.find(header, token);
  };
  return {
    issuer: () => kept?.issuer ?? null,
    async key(header, token) {
      if (!kept || performance.now() - readAt >= AGE_MS) await reread();
      try {
        return await find(header, token);
      } catch (error) {
        if (performance.now() - readAt < COOLDOWN_MS) throw error;
        await reread(); // The gateway may have a new key.
        return find(header, token);
      }
    },
  };
}

async function fetched(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) throw new Error(`the key set was answered with ${response.status}`);
  return response.text();
}

function keySetOf(document: JSONWebKeySet & { readonly issuer?: unknown }) {
  const now = Date.now() / 1_000;
  const keys = document.keys.filter(
    (one) => !('exp' in one && typeof one.exp === 'number' && one.exp <= now),
  );
  const issuer = typeof document.issuer === 'string' ? document.issuer : null;
  return { find: createLocalJWKSet({ keys }), issuer };
}
