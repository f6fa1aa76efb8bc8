import { hash } from 'node:crypto';

/** SHA-256, base64url. */
export function digestOf(content: string | Buffer): string {
  return hash('sha256', content, 'base64url');
}
