import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Key = z.looseObject({ kid: z.string(), exp: z.number().optional() });
const KeySet = z.object({ issuer: z.string().optional(), keys: z.array(Key) });
/** A public key; with `exp` (seconds) where it has been replaced, and ends then. */
export type PublishedKey = z.infer<typeof Key>;

/** RFC 7517 §5, and whose keys they are. */
export interface PublicKeySet {
  readonly issuer: string;
  readonly keys: readonly Record<string, unknown>[];
}

/** A key that has been replaced stays for so long: providers may have read the set just before, and assertions are under way. */
const OVERLAP_SECONDS = 600;
const MOST_REPLACED = 2;

/**
 * Publishes the current key in a file. Those that were current before stay beside it until their overlap is over. Whose keys they are
 * stays as it was first published: instances that share their keys are one gateway to providers.
 */
export function publishKeys(
  file: string,
  ownIssuer: string,
  current: PublishedKey,
  now: () => number,
): { readonly issuer: string; current(): PublicKeySet } {
  const seconds = (): number => Math.floor(now() / 1_000);
  const latest = seconds() + OVERLAP_SECONDS;
  const before = keySetBefore(file);
  const issuer = before.issuer ?? ownIssuer;
  let replaced = before.keys
    .filter((one) => one.kid !== current.kid)
    .slice(0, MOST_REPLACED)
    .map((one) => ({ ...one, exp: Math.min(one.exp ?? latest, latest) }));
  let ends = Number.NEGATIVE_INFINITY;
  let keySet: PublicKeySet = { issuer, keys: [] };
  const publish = (): void => {
    replaced = replaced.filter(({ exp }) => exp > seconds());
    ends = Math.min(Number.POSITIVE_INFINITY, ...replaced.map(({ exp }) => exp));
    keySet = { issuer, keys: [current, ...replaced] };
    writeFileSync(`${file}.new`, JSON.stringify(keySet));
    renameSync(`${file}.new`, file);
  };
  publish();
  return {
    issuer,
    current() {
      if (seconds() >= ends) publish();
      return keySet;
    },
  };
}

function keySetBefore(file: string): z.infer<typeof KeySet> {
  if (!existsSync(file)) return { keys: [] };
  const before = KeySet.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return before.success ? before.data : { keys: [] };
}
