import { createHash } from 'node:crypto';

/** SHA-256, base64url. */
export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url');
}
