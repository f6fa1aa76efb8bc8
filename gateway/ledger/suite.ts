import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  hash as oneShot,
  sign,
  verify,
} from 'node:crypto';
import { signSm2, verifySm2 } from './sm2.ts';

/** The hash and signature of one ledger. Fixed when the ledger begins; keys within it may change. */
export const SUITES = ['sha256/ed25519', 'sm3/sm2'] as const;
export type SuiteName = (typeof SUITES)[number];

export interface Suite {
  readonly name: SuiteName;
  /** Length 32 in both suites. */
  hash(...parts: readonly (string | Buffer)[]): Buffer;
  sign(text: string, key: SuiteKey): Buffer;
  verify(text: string, key: SuiteKey, signature: Buffer): boolean;
  generateKey(): KeyObject;
}

/** A key with the user ID that SM2 signs along with the text (GB/T 32918.2 §5.5): empty for Ed25519, and for SM2 keys of earlier versions. */
export interface SuiteKey {
  readonly key: KeyObject;
  readonly userId: string;
}

/** The user ID where nothing else was agreed (GM/T 0009 §10). */
export const USUAL_USER_ID = '1234567812345678';

/** What a suite hashes with, as OpenSSL names it. */
export function digestOf(name: SuiteName): 'sm3' | 'sha256' {
  return name === 'sm3/sm2' ? 'sm3' : 'sha256';
}

/** RFC 8032 Ed25519 with SHA-256, or GB/T 32918 SM2 with GB/T 32905 SM3. */
export function suiteOf(name: SuiteName): Suite {
  const isNational = name === 'sm3/sm2';
  const digest = digestOf(name);
  const scheme = isNational ? 'sm3' : null;
  return {
    name,
    hash(...parts) {
      const [first] = parts;
      if (parts.length === 1 && first !== undefined) return oneShot(digest, first, 'buffer');
      const hash = createHash(digest);
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
    // OpenSSL's SM2 knows the empty user ID only, as Node offers it.
    sign: (text, { key, userId }) =>
      userId === '' ? sign(scheme, Buffer.from(text), key) : signSm2(text, key, userId),
    verify: (text, { key, userId }, signature) =>
      userId === ''
        ? verify(scheme, Buffer.from(text), key, signature)
        : isNational && verifySm2(text, key, userId, signature),
    generateKey() {
      const { privateKey } = isNational
        ? generateKeyPairSync('ec', { namedCurve: 'SM2' })
        : generateKeyPairSync('ed25519');
      // Only a key that was read is an SM2 key to OpenSSL; one just made on that curve would sign ECDSA.
      return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    },
  };
}

/** A public key as it is published: DER in base64url, named by its SHA-256, and its user ID where it has one. */
export interface PublicKey {
  readonly id: string;
  readonly suite: SuiteName;
  readonly spki: string;
  readonly userId?: string | undefined;
}

export function publicKeyOf({ key, userId }: SuiteKey, suite: SuiteName): PublicKey {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return { id: keyId(der), suite, spki: der.toString('base64url'), ...(userId !== '' && { userId }) };
}

/** The key, or null when it is not the one that its name says. */
export function readPublicKey({ id, spki, userId = '' }: PublicKey): SuiteKey | null {
  const der = Buffer.from(spki, 'base64url');
  if (keyId(der) !== id || der.toString('base64url') !== spki) return null;
  try {
    return { key: createPublicKey({ key: der, format: 'der', type: 'spki' }), userId };
  } catch {
    return null;
  }
}

const USER_ID = /^SM2 user ID: (.*)$/m;

/** A private key in PEM, with its user ID in a line before it (RFC 7468 §2 allows text there). */
export function writePrivateKey({ key, userId }: SuiteKey): string {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return userId === '' ? pem : `SM2 user ID: ${userId}\n${pem}`;
}

export function readPrivateKey(text: string): SuiteKey {
  return { key: createPrivateKey(text), userId: USER_ID.exec(text)?.[1] ?? '' };
}

function keyId(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url');
}
