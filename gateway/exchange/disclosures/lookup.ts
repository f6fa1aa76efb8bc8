import type { KeyedHashes, Ledger } from '../../ledger/index.ts';
import type { Caller } from '../module.ts';
import { Refused } from '../refused.ts';

export interface LookupRecorder {
  readonly ledger: Ledger;
  readonly hashes: KeyedHashes;
  schemaRevision(): string;
  policyRevision(): string;
  readonly now: () => number;
}

/** What was named, and by which operation of the exchange. */
export interface Lookup {
  readonly operation: 'personDisclosures' | 'raiseObjection';
  readonly subject: string;
  readonly matter: string | null;
}

export interface Recorded extends Lookup {
  readonly rows: number;
  readonly errors: readonly string[];
}

/** Whoever looks a person up has used that person's data as well: no record, no answer. */
export async function recordLookup(
  { ledger, hashes, schemaRevision, policyRevision, now }: LookupRecorder,
  { principal }: Caller,
  { operation, subject, matter, rows, errors }: Recorded,
): Promise<void> {
  const id = ledger.nextId();
  try {
    await ledger.append({
      id,
      time: now(),
      department: principal.department,
      operator: principal.operator,
      use: null,
      matter,
      operation: hashes.operation(`exchange ${operation}`),
      operationName: operation,
      decisions: [],
      grants: [],
      schemaRevision: schemaRevision(),
      policyRevision: policyRevision(),
      providers: [],
      rows,
      subjects: [hashes.subject(subject)],
      variablesDigest: hashes.content(id, JSON.stringify({ subject, matter })),
      answerDigest: '',
      ...hashes.keys,
      errors,
    });
  } catch {
    throw new Refused('LEDGER_UNAVAILABLE');
  }
}
