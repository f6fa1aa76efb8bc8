import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listNumbered } from './segment.ts';

/** A secret of 32 bytes, and the name by which records say that it was used. The name tells nothing of the secret. */
export interface SecretKey {
  readonly id: string;
  readonly secret: Buffer;
}

const SECRET_BYTES = 32;
const ID_BYTES = 9;

/** Opens a secret in a file of its own, made when missing. */
export function openSecret(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) {
    const made = randomBytes(SECRET_BYTES).toString('base64');
    writeFileSync(path, made, { mode: 0o600, flag: 'wx', flush: true });
  }
  const secret = Buffer.from(readFileSync(path, 'utf8'), 'base64');
  if (secret.length !== SECRET_BYTES) throw new Error(`${path} does not hold a secret of 32 bytes`);
  return secret;
}

/** What the ledger hides with a key: whom data is about, and what was asked and answered. */
export const SECRETS = ['subjects', 'digests'] as const;
export type SecretName = (typeof SECRETS)[number];

/** All keys of one name, oldest first: the last is used, the others find what was hidden with them. */
export function openSecrets(keyFolder: string, name: SecretName): readonly [SecretKey, ...SecretKey[]] {
  mkdirSync(keyFolder, { recursive: true, mode: 0o700 });
  const first = join(keyFolder, name); // As the first key was named before keys had numbers.
  const paths = [...(existsSync(first) ? [first] : []), ...numbered(keyFolder, name).map(({ path }) => path)];
  const [oldest = pathOf(keyFolder, name, 1), ...others] = paths;
  return [secretKey(openSecret(oldest)), ...others.map((path) => secretKey(openSecret(path)))];
}

/** Makes a new key, which is used from the next opening on. Returns its id. */
export function rotateSecret(keyFolder: string, name: SecretName): string {
  openSecrets(keyFolder, name);
  const number = (numbered(keyFolder, name).at(-1)?.number ?? 0) + 1;
  return secretKey(openSecret(pathOf(keyFolder, name, number))).id;
}

function numbered(keyFolder: string, name: SecretName) {
  return listNumbered(keyFolder, new RegExp(`^${name}-(\\d{6})$`));
}

function pathOf(keyFolder: string, name: SecretName, number: number): string {
  return join(keyFolder, `${name}-${String(number).padStart(6, '0')}`);
}

function secretKey(secret: Buffer): SecretKey {
  const named = createHmac('sha256', secret).update('liancha ledger key').digest();
  return { id: named.subarray(0, ID_BYTES).toString('base64url'), secret };
}
