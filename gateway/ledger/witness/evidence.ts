import { z } from 'zod';
import { Head } from '../head.ts';
import { Cosignature } from './cosignature.ts';
import { SeenHead } from './witness.ts';

/** What somebody outside has kept: heads, a witness's book, or co-signatures that other ledgers got. */
export const Evidence = z.union([SeenHead, Head, Cosignature]);
export type Evidence = z.infer<typeof Evidence>;

/** Reads a file of evidence: a JSON object for each line, with or without a checksum in front. */
export function readEvidence(text: string): Evidence[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => Evidence.parse(JSON.parse(line.replace(/^[0-9a-f]{8} (?=\{)/, ''))));
}

/** What of it says how a ledger looked, and what that ledger, as a witness, has said of its own last head. */
export function evidenceOn(ledger: string, all: readonly Evidence[]) {
  const seen: { readonly size: number; readonly root: string }[] = [];
  const given: Cosignature[] = [];
  for (const one of all) {
    const shown = 'cosignature' in one ? one.head : one;
    if (shown.ledger === ledger) seen.push(shown);
    const cosignature = 'cosignature' in one ? one.cosignature : 'witness' in one ? one : null;
    if (cosignature?.witness === ledger) given.push(cosignature);
  }
  return { seen, given };
}
