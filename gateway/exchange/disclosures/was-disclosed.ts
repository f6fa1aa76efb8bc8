import { findDisclosures, isGiven, readFound } from '../../ledger/index.ts';
import type { Database } from '../../store/index.ts';
import type { Outcome } from './guesses.ts';

/** What somebody says was disclosed. */
export interface Claimed {
  readonly disclosure: string;
  readonly department: string;
  readonly coordinate: string;
  readonly subject: string;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Does the ledger's index say so: this item was given, about this subject, to this department, in this disclosure? Undecided, whoever the
 * subject, while a disclosure of just now is not in the index yet.
 */
export async function wasDisclosed(
  parts: { readonly database: Database; subjectHashes(value: string): readonly string[]; now(): number },
  { disclosure, department, coordinate, subject }: Claimed,
): Promise<Outcome> {
  if (!ID.test(disclosure)) return 'MISS';
  const page = { after: null, limit: 1 };
  const own = { kind: 'USED', department } as const;
  const [known] = await findDisclosures(parts.database, { kind: 'ALL' }, { id: disclosure }, page);
  if (!known) return parts.now() - timeOf(disclosure) < INDEXED_MS ? 'UNDECIDED' : 'MISS';
  const filter = { id: disclosure, coordinate, subjects: parts.subjectHashes(subject) };
  const [row] = await findDisclosures(parts.database, own, filter, page);
  const decisions = row ? readFound(row).decisions : [];
  const wasGiven = decisions.some((one) => one.coordinate === coordinate && isGiven(one));
  return wasGiven ? 'HIT' : 'MISS';
}

/** A record is in the index by then. */
const INDEXED_MS = 60_000;

/** Ids of disclosures begin with their time (RFC 9562 §5.7). */
function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
