import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Signs what the platform sends to departments by itself. */
export interface MessageSigner {
  /** The headers that sign a POST of these bytes (RFC 9421 HTTP Message Signatures, RFC 9530 Content-Digest). */
  headers(url: string, body: string): Record<string, string>;
  /** The public key, for the gateway's key set (RFC 7517). */
  readonly jwk: Readonly<Record<string, unknown>>;
}

const COVERED = ['@method', '@target-uri', 'content-type', 'content-digest'] as const;
export const MESSAGE_TYPE = 'application/json';

/** Opens the Ed25519 key of a file, made when missing. */
export function openMessageSigner(path: string, now: () => number): MessageSigner {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  const key = createPrivateKey(readFileSync(path));
  const jwk = publicJwk(key);
  return {
    jwk,
    headers(url, body) {
      const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
      const values = {
        '@method': 'POST',
        '@target-uri': url,
        'content-type': MESSAGE_TYPE,
        'content-digest': digest,
      };
      const created = Math.floor(now() / 1_000);
      const parameters = `(${COVERED.map((one) => `"${one}"`).join(' ')});created=${created};keyid="${jwk.kid}";alg="ed25519"`;
      // RFC 9421 §2.5: one line for each covered component, then the parameters.
      const base = [
        ...COVERED.map((one) => `"${one}": ${values[one]}`),
        `"@signature-params": ${parameters}`,
      ].join('\n');
      return {
        'content-type': MESSAGE_TYPE,
        'content-digest': digest,
        'signature-input': `liancha=${parameters}`,
        signature: `liancha=:${sign(null, Buffer.from(base), key).toString('base64')}:`,
      };
    },
  };
}

function publicJwk(key: KeyObject): Readonly<Record<string, unknown>> & { readonly kid: string } {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  // RFC 7638: the thumbprint of the key is its name.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }));
  return { ...jwk, kid: thumbprint.digest('base64url'), alg: 'EdDSA', use: 'sig' };
}
