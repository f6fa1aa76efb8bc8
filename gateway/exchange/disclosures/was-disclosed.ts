import { findDisclosures, isGiven, readFound } from '../../ledger/index.ts';
import type { Database } from '../../store/index.ts';

/** What somebody says was disclosed. */
export interface Claimed {
  readonly disclosure: string;
  readonly department: string;
  readonly coordinate: string;
  readonly subject: string;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Does the ledger's index say so: this item was given, about this subject, to this department, in this disclosure? */
export async function wasDisclosed(
  parts: { readonly database: Database; subjectHashes(value: string): readonly string[] },
  { disclosure, department, coordinate, subject }: Claimed,
): Promise<boolean> {
  if (!ID.test(disclosure)) return false;
  const filter = { id: disclosure, coordinate, subjects: parts.subjectHashes(subject) };
  const page = { after: null, limit: 1 };
  const [row] = await findDisclosures(parts.database, { kind: 'USED', department }, filter, page);
  const decisions = row ? readFound(row).decisions : [];
  return decisions.some((one) => one.coordinate === coordinate && isGiven(one));
}
