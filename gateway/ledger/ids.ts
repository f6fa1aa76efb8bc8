import { randomFillSync } from 'node:crypto';
import type { DisclosureId } from '../words.ts';

const POOL_BYTES = 8_192;
const RANDOM_BYTES = 10;

/**
 * Identifiers in the manner of UUID version 7 (RFC 9562 §5.7): the time, then 74 random bits. They never go
 * back behind each other or behind `after`, even when the clock does. Random bytes are drawn in bulk, so that one id costs well under a microsecond.
 */
export function createIds(now: () => number, after = 0): () => DisclosureId {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let latest = after;
  return () => {
    latest = Math.max(latest, now());
    if (used + RANDOM_BYTES > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    pool[used] = 0x70 | (pool[used]! & 0x0f);
    pool[used + 2] = 0x80 | (pool[used + 2]! & 0x3f);
    const random = pool.toString('hex', used, used + RANDOM_BYTES);
    used += RANDOM_BYTES;
    const time = latest.toString(16).padStart(12, '0');
    const text = `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`;
    return text as DisclosureId;
  };
}
