import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Head } from '../head.ts';
import { readLines } from '../segment.ts';
import { type PublicKey, readPublicKey } from '../suite.ts';
import { Cosignature, isCosignedBy } from './cosignature.ts';

/** Co-signatures that this ledger got, beside its heads. */
export const COSIGNATURES = 'cosignatures.v1';

/** One line of them; null when it cannot be read. */
export interface KeptCosignature {
  readonly line: number;
  readonly cosignature: Cosignature | null;
}

/** The lines; a torn last one is left out. */
export function* readCosignatures(folder: string): Generator<KeptCosignature> {
  const path = join(folder, COSIGNATURES);
  if (!existsSync(path)) return;
  for (const line of readLines(path)) {
    if (line.isTorn) continue;
    yield { line: line.number, cosignature: parse(line.text) };
  }
}

function parse(text: string | null): Cosignature | null {
  if (text === null) return null;
  try {
    return Cosignature.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What is wrong with a co-signature; `heads` by their hashes, `keys` of the witnesses, where they are known. */
export function cosignatureProblem(
  one: Cosignature,
  heads: ReadonlyMap<string, Head> | null,
  keys: readonly PublicKey[] | undefined,
): 'COSIGNATURE_HEAD' | 'COSIGNATURE_SIGNATURE' | null {
  const head = heads?.get(one.head);
  if (heads && (head?.size !== one.size || head.root !== one.root || head.ledger !== one.ledger))
    return 'COSIGNATURE_HEAD';
  if (!keys) return null;
  const found = keys.find(({ id, suite }) => id === one.key && suite === one.suite);
  const key = found && readPublicKey(found);
  return key && isCosignedBy(one, key) ? null : 'COSIGNATURE_SIGNATURE';
}
