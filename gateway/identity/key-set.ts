import { readFileSync, statSync } from 'node:fs';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

export type KeySetLocation = { readonly url: string } | { readonly file: string };

/**
 * How long a key set is kept, and how long a token counts as verified. Together they are the minute within which
 * a key that is withdrawn ends its tokens.
 */
export const KEY_SET_AGE_MS = 30_000;

/** The keys that were read last go on for so long while they cannot be read again. */
const STALE_MS = 5 * 60_000;
/** A key that is not in the set makes it be read again, but no sooner than this after the last reading; nor is a failed reading repeated sooner. */
const COOLDOWN_MS = 5_000;
const TIMEOUT_MS = 3_000;
const MOST_BYTES = 1_048_576;

/** The keys of an issuer can be had neither now nor from before. */
export class KeysUnavailable extends Error {}

/** Keys to verify with, as they stand. */
export interface KeySet {
  /** Rejects with `KeysUnavailable`, in bounded time. */
  current(): Promise<JWTVerifyGetKey>;
  /** Those that are read now because a key was missing; null where it is too early to look again. Rejects with `KeysUnavailable` where nobody can tell. */
  renewed(): Promise<JWTVerifyGetKey | null>;
}

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The keys of an issuer by URL (RFC 7517, kept for `KEY_SET_AGE_MS`) or file (read again when it changes). Ages are by a clock that nobody sets. */
export function keySet(location: KeySetLocation, now: () => number = () => performance.now()): KeySet {
  const read = 'url' in location ? () => fetchKeys(location.url) : readChanged(location.file);
  const isFile = 'file' in location;
  let kept: { readonly keys: JWTVerifyGetKey; readonly readAt: number } | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let reading: Promise<void> | null = null;

  /** Whoever comes meanwhile waits for the same reading. */
  const readAgain = (): Promise<void> => {
    reading ??= (async () => {
      try {
        hasFailed = true;
        kept = { keys: await read(), readAt: now() };
        hasFailed = false;
      } finally {
        triedAt = now();
        reading = null;
      }
    })();
    return reading.catch(() => undefined);
  };
  const isFresh = (): boolean => !isFile && kept !== null && now() - kept.readAt < KEY_SET_AGE_MS;
  const mayTry = (): boolean => isFile || reading !== null || now() - triedAt >= COOLDOWN_MS;

  return {
    async current() {
      if (!isFresh() && mayTry()) await readAgain();
      if (kept && now() - kept.readAt < KEY_SET_AGE_MS + STALE_MS) return kept.keys;
      throw new KeysUnavailable();
    },
    async renewed() {
      if (isFile) return null;
      const isTried = mayTry();
      if (isTried) await readAgain();
      if (hasFailed || !kept) throw new KeysUnavailable();
      return isTried ? kept.keys : null;
    },
  };
}

async function fetchKeys(url: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200 || !response.body)
    throw new Error(`the key set was answered with ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  return parseKeys(Buffer.concat(chunks).toString('utf8'));
}

/** Reads a file of keys, where it is another one than before. */
function readChanged(file: string): () => Promise<JWTVerifyGetKey> {
  let version = '';
  let keys: JWTVerifyGetKey | null = null;
  return async () => {
    const { mtimeMs, size, ino } = statSync(file);
    const found = `${mtimeMs} ${size} ${ino}`;
    if (!keys || found !== version) {
      keys = parseKeys(readFileSync(file, 'utf8'));
      version = found;
    }
    return keys;
  };
}

function parseKeys(text: string): JWTVerifyGetKey {
  const parsed: JSONWebKeySet = Keys.parse(JSON.parse(text));
  return createLocalJWKSet(parsed);
}
