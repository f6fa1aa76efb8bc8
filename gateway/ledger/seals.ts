import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSecret } from './secrets.ts';
import type { SegmentHeader } from './segment.ts';
import { digestOf, type SuiteName } from './suite.ts';

/** Bytes of an HMAC that a seal keeps (RFC 2104 §5: at least half of the hash). */
const SEAL_BYTES = 16;
const KEY_FILE = 'seals';

/**
 * The seals of one segment: each batch of records ends with a keyed hash of all records of the segment so far. Until a signed
 * head covers them, they are what tells the gateway's own records from lines that somebody else has put into the file.
 *
 * seal 0 = HMAC(key, "liancha ledger seal" ‖ JSON of the header), seal n = HMAC(key, seal n-1 ‖ leaves of batch n), all cut to 16 bytes.
 */
export class SealChain {
  readonly #digest: string;
  readonly #key: Buffer;
  #last: Buffer;

  constructor(suite: SuiteName, key: Buffer, header: SegmentHeader) {
    this.#digest = digestOf(suite);
    this.#key = key;
    this.#last = this.#hash(Buffer.from(`liancha ledger seal${JSON.stringify(header)}`), []);
  }

  /** The seal of the next batch, base64url. */
  next(leaves: readonly Buffer[]): string {
    this.#last = this.#hash(this.#last, leaves);
    return this.#last.toString('base64url');
  }

  #hash(first: Buffer, others: readonly Buffer[]): Buffer {
    const hmac = createHmac(this.#digest, this.#key).update(first);
    for (const one of others) hmac.update(one);
    return hmac.digest().subarray(0, SEAL_BYTES);
  }
}

/** The key of a ledger's seals, and whether one was there: without one nothing of this ledger can be sealed yet. */
export interface SealKey {
  readonly secret: Buffer;
  readonly isNew: boolean;
}

/** Opens the key in a ledger's key folder, made when missing. */
export function openSealKey(keyFolder: string): SealKey {
  const path = join(keyFolder, KEY_FILE);
  const isNew = !existsSync(path);
  return { secret: openSecret(path), isNew };
}

/** The key where it is at hand: who checks a copy of a ledger does not have it. */
export function findSealKey(keyFolder: string): Buffer | null {
  const path = join(keyFolder, KEY_FILE);
  return existsSync(path) ? openSecret(path) : null;
}
