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

/** The hash and signature of one ledger. Fixed when the ledger begins; keys within it may change. */
export const SUITES = ['sha256/ed25519', 'sm3/sm2'] as const;
export type SuiteName = (typeof SUITES)[number];

export interface Suite {
  readonly name: SuiteName;
  /** Length 32 in both suites. */
  hash(...parts: readonly (string | Buffer)[]): Buffer;
  sign(text: string, key: KeyObject): Buffer;
  verify(text: string, key: KeyObject, signature: Buffer): boolean;
  generateKey(): KeyObject;
}

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
    sign: (text, key) => sign(scheme, Buffer.from(text), key),
    verify: (text, key, signature) => verify(scheme, Buffer.from(text), key, signature),
    generateKey() {
      const { privateKey } = isNational
        ? generateKeyPairSync('ec', { namedCurve: 'SM2' })
        : generateKeyPairSync('ed25519');
      // Only a key that was read is an SM2 key to OpenSSL; one just made on that curve would sign ECDSA.
      return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    },
  };
}

/** A public key as it is published: DER in base64url, named by its SHA-256. */
export interface PublicKey {
  readonly id: string;
  readonly suite: SuiteName;
  readonly spki: string;
}

export function publicKeyOf(key: KeyObject, suite: SuiteName): PublicKey {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return { id: keyId(der), suite, spki: der.toString('base64url') };
}

/** The key, or null when it is not the one that its name says. */
export function readPublicKey({ id, spki }: PublicKey): KeyObject | null {
  const der = Buffer.from(spki, 'base64url');
  if (keyId(der) !== id || der.toString('base64url') !== spki) return null;
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

export function readPrivateKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}

function keyId(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url');
}
