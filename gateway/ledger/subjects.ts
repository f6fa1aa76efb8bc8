import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LRUCache } from 'lru-cache';

/** Opens a secret of 32 bytes in a file of its own, made when missing. */
export function openSecret(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  const secret = Buffer.from(readFileSync(path, 'utf8'), 'base64');
  if (secret.length !== 32) throw new Error(`${path} does not hold a secret of 32 bytes`);
  return secret;
}

const KEPT_HASHES = 10_000;

/** Hashes whom data is about, with a key: the ledger finds a person's disclosures without holding the person. */
export function subjectHasher(key: Buffer): (value: unknown) => string {
  const hashes = new LRUCache<string, string>({ max: KEPT_HASHES });
  return (value) => {
    const subject = String(value);
    const known = hashes.get(subject);
    if (known !== undefined) return known;
    const hash = createHmac('sha256', key).update(subject).digest('base64url');
    hashes.set(subject, hash);
    return hash;
  };
}
