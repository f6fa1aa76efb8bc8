import { readFileSync, statSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

export type KeySetLocation = { readonly url: string } | { readonly file: string };

/**
 * How long a key set is kept, and how long a token counts as verified. Together they are the minute within which
 * a key that is withdrawn ends its tokens.
 */
export const KEY_SET_AGE_MS = 30_000;

/** The keys of an issuer by URL (RFC 7517, kept for `KEY_SET_AGE_MS`) or file (read again when it changes). */
export function keySet(location: KeySetLocation): JWTVerifyGetKey {
  if ('url' in location) {
    return createRemoteJWKSet(new URL(location.url), {
      cacheMaxAge: KEY_SET_AGE_MS,
      cooldownDuration: 5_000,
      timeoutDuration: 3_000,
    });
  }
  let version = '';
  let keys: JWTVerifyGetKey | null = null;
  return async (header, token) => {
    const { mtimeMs, size, ino } = statSync(location.file);
    const now = `${mtimeMs} ${size} ${ino}`;
    if (!keys || now !== version) {
      keys = createLocalJWKSet(JSON.parse(readFileSync(location.file, 'utf8')));
      version = now;
    }
    return keys(header, token);
  };
}
