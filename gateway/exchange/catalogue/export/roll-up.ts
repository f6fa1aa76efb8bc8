import { createHash } from 'node:crypto';
import type { Level } from '../../../words.ts';
import type { Entry } from '../entry.ts';

export interface Platform {
  readonly name: string;
  readonly level: Level;
  readonly region: string;
}

/**
 * The document with which a local catalogue is rolled up into the one above (Measures Art. 8): whose it is, the entries, and a
 * digest by which the upper level sees that it has all of it. Codes are those of the platform that issued them.
 */
export function toRollUp(
  entries: readonly Entry[],
  platform: Platform,
  now: number,
  nameOf: (code: string) => string,
): Record<string, unknown> {
  const listed = entries.map(({ id: _, subgraph: __, type: ___, ...entry }) => ({
    ...entry,
    providerName: nameOf(entry.providerCode),
  }));
  const digest = createHash('sha256').update(JSON.stringify(listed)).digest('base64url');
  return {
    document: '政务信息资源目录汇总',
    format: 'liancha-catalogue-roll-up/1',
    platform,
    at: new Date(now).toISOString(),
    count: listed.length,
    /** SHA-256 of the JSON text of `entries`, base64url. */
    digest,
    entries: listed,
  };
}
