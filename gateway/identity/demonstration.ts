import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import type { Zone } from '../words.ts';
import type { TrustedIssuer } from './identity.ts';

const ISSUER = 'urn:liancha:demonstration';

export interface DemonstrationIssuer {
  readonly trusted: TrustedIssuer;
  issue(claims: {
    department: string;
    operator: string;
    zone: Zone;
    lifetimeSeconds: number;
  }): Promise<string>;
}

/** An issuer for trying things out: anyone who can read the data folder can issue tokens. Never in production. */
export async function openDemonstrationIssuer(
  dataDir: string,
  environment: NodeJS.ProcessEnv,
  now: () => number = Date.now,
): Promise<DemonstrationIssuer> {
  if (environment.NODE_ENV === 'production') {
    throw new Error(
      '生产环境不得使用演示签发者。请在配置中登记 issuers。\n' +
        'The demonstration issuer is refused when NODE_ENV=production. Configure `issuers`.',
    );
  }
  const folder = join(dataDir, 'demonstration');
  const keyFile = join(folder, 'issuer.pem');
  const jwksFile = join(folder, 'jwks.json');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(keyFile) || !existsSync(jwksFile)) await createKeys(keyFile, jwksFile);
  const key: KeyObject = createPrivateKey(readFileSync(keyFile));
  return {
    trusted: {
      issuer: ISSUER,
      audience: 'liancha',
      jwks: { file: jwksFile },
      algorithms: ['EdDSA'],
      departments: 'ALL',
      zones: 'ALL',
    },
    issue: ({ department, operator, zone, lifetimeSeconds }) =>
      new SignJWT({ department, zone })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'demonstration' })
        .setIssuer(ISSUER)
        .setAudience('liancha')
        .setSubject(operator)
        .setIssuedAt(Math.floor(now() / 1_000))
        .setExpirationTime(Math.floor(now() / 1_000) + lifetimeSeconds)
        .sign(key),
  };
}

async function createKeys(keyFile: string, jwksFile: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'demonstration', alg: 'EdDSA', use: 'sig' };
  writeFileSync(jwksFile, JSON.stringify({ keys: [jwk] }));
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}
