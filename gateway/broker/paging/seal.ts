import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Makes cursors that say nothing, and reads them again: for one consumer, of one coordinate. */
export interface CursorSeal {
  seal(cursor: string, coordinate: string): string;
  /** Null for what was not sealed for this consumer and coordinate. */
  open(sealed: string, coordinate: string): string | null;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Cursors are filled up to a multiple of this, so that their length tells nothing of a name or a number in them. */
const BLOCK = 32;
const END = 0x80;
const MOST_TEXT = 8_192;

/** AES-256-GCM, with a key for each consumer from the gateway's secret (RFC 5869). */
export function cursorSeal(secret: Buffer, department: string): CursorSeal {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `liancha cursor ${department}`, 32));
  return {
    seal(cursor, coordinate) {
      const text = Buffer.from(cursor);
      const filled = Buffer.alloc(Math.ceil((text.length + 1) / BLOCK) * BLOCK);
      text.copy(filled);
      filled[text.length] = END;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(coordinate));
      const encrypted = Buffer.concat([cipher.update(filled), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url');
    },
    open(sealed, coordinate) {
      if (sealed.length > MOST_TEXT) return null;
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES + BLOCK) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(coordinate)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const rest = bytes.subarray(IV_BYTES + TAG_BYTES);
        const filled = Buffer.concat([decipher.update(rest), decipher.final()]);
        return filled.toString('utf8', 0, filled.lastIndexOf(END));
      } catch {
        return null; // Changed, or sealed for something else.
      }
    },
  };
}
