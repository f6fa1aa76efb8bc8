import { createPublicKey, type KeyObject } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';

/** Length of an uncompressed point of the curve, 0x04 ‖ x ‖ y: what a public key's DER ends with. */
const POINT_BYTES = 65;
/** RFC 5915 §3: `ECPrivateKey` begins with version 1 and an octet string of 32 bytes, the private key. */
const PRIVATE_KEY = Buffer.from([0x02, 0x01, 0x01, 0x04, 0x20]);
const SECRET_BYTES = 32;

/** Signs as GB/T 32918.2 §6 does, over SM3(Z ‖ text) with Z of the user ID; DER of r and s (GM/T 0009 §7.3). */
export function signSm2(text: string, key: KeyObject, userId: string): Buffer {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const at = der.indexOf(PRIVATE_KEY);
  if (at < 0) throw new Error('the key is not an SM2 private key');
  const secret = der.subarray(at + PRIVATE_KEY.length, at + PRIVATE_KEY.length + SECRET_BYTES);
  const signature = sm2.doSignature(new TextEncoder().encode(text), secret.toString('hex'), {
    ...FORM,
    userId,
    publicKey: pointOf(createPublicKey(key)),
  });
  return Buffer.from(signature, 'hex');
}

/** Checks as GB/T 32918.2 §7 does; false also for what is no signature at all. */
export function verifySm2(text: string, key: KeyObject, userId: string, signature: Buffer): boolean {
  try {
    const bytes = new TextEncoder().encode(text);
    return sm2.doVerifySignature(bytes, signature.toString('hex'), pointOf(key), { ...FORM, userId });
  } catch {
    return false; // Not DER, or numbers out of their range.
  }
}

const FORM = { der: true, hash: true } as const;

function pointOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES).toString('hex');
}
