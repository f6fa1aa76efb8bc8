import type { Coordinate, DepartmentCode, DisclosureId, GrantId, Use } from '../words.ts';
import type { Head } from './head.ts';

/** One answer (or refusal), as the ledger keeps it. No personal data in clear. */
export interface Disclosure {
  readonly id: DisclosureId;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly department: DepartmentCode | null;
  readonly operator: string | null;
  readonly use: Use | null;
  readonly matter: string | null;
  /** SHA-256 of the operation's text, base64url. */
  readonly operation: string;
  readonly operationName: string | null;
  /** What was decided of each coordinate asked for, including arguments. */
  readonly decisions: readonly DisclosedCoordinate[];
  readonly grants: readonly GrantId[];
  readonly schemaRevision: string;
  readonly policyRevision: string;
  readonly providers: readonly ProviderCall[];
  /** Number of records in the answer; 0 for a refusal. */
  readonly rows: number;
  /** Subjects as keyed hashes, base64url; never in clear. */
  readonly subjects: readonly string[];
  /** SHA-256 of the variables' JSON and of the answer's `data` bytes, base64url. */
  readonly variablesDigest: string;
  readonly answerDigest: string;
  /** Codes of the errors in the answer, without duplicates. */
  readonly errors: readonly string[];
  readonly subscription?: SubscriptionPart;
}

/** A subscription has a record for its start, each change of what was decided, each event, and its end. */
export interface SubscriptionPart {
  /** The id of the record of its start. */
  readonly id: DisclosureId;
  readonly part: 'START' | 'CHANGE' | 'EVENT' | 'END';
}

export interface DisclosedCoordinate {
  readonly coordinate: Coordinate;
  readonly effect: 'ALLOW' | 'MASK' | 'DENY';
  readonly code?: string;
  readonly policies: readonly string[];
}

export interface ProviderCall {
  readonly subgraph: string;
  readonly outcome: 'OK' | 'PARTIAL' | 'UNAVAILABLE' | 'TIMEOUT' | 'INVALID';
  readonly calls: number;
}

/** Where disclosures are kept. An answer leaves only after `append` has resolved. */
export interface Ledger {
  /** A new identifier, needed before the providers are asked. */
  nextId(): DisclosureId;
  /** Resolves when the record is durable; rejects when it cannot be made so. */
  append(disclosure: Disclosure): Promise<void>;
  /** The last signed head of the tree. */
  readonly head: Head | null;
  /** Proof that a recent disclosure is in the tree under a signed head; null when it is not known here. */
  prove(id: string): Promise<InclusionProof | null>;
  /** RFC 9162 §2.1.4: proof that the tree of `second` records begins with that of `first`. */
  proveConsistency(first: number, second: number): readonly string[] | null;
  close(): Promise<void>;
}

/** RFC 9162 §2.1.3: what an outsider needs to see that a record is under a signed head. */
export interface InclusionProof {
  readonly index: number;
  readonly head: Head;
  readonly path: readonly string[];
}
