import type { Coordinate, DepartmentCode, DisclosureId, GrantId, MaskRule, Use } from '../words.ts';
import type { Head } from './head.ts';
import type { Position } from './search/records.ts';
import type { SuiteName } from './suite.ts';

/** One answer (or refusal), as the ledger keeps it. No personal data in clear. */
export interface Disclosure {
  readonly id: DisclosureId;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly department: DepartmentCode | null;
  readonly operator: string | null;
  readonly use: Use | null;
  readonly matter: string | null;
  /** Keyed hash of the operation's text, base64url: it may hold an ID number, so a plain one could be guessed. */
  readonly operation: string;
  readonly operationName: string | null;
  /** What was decided of each coordinate asked for, including arguments. */
  readonly decisions: readonly DisclosedCoordinate[];
  readonly grants: readonly GrantId[];
  readonly schemaRevision: string;
  readonly policyRevision: string;
  readonly providers: readonly ProviderCall[];
  /** Other departments' items that the providers called were sent: keys, requirements, context values, arguments. Absent for none. */
  readonly sent?: readonly SentItems[];
  /** Number of records in the answer; 0 for a refusal. */
  readonly rows: number;
  /** Subjects as keyed hashes, base64url; never in clear. */
  readonly subjects: readonly string[];
  /** Salted hashes (`H(salt ‖ content)`) of the variables' JSON and of the answer's `data` bytes, base64url. */
  readonly variablesDigest: string;
  readonly answerDigest: string;
  /** Which keys made the hashes of the subjects, and of operation, variables and answer. Absent in format 2. */
  readonly subjectKey: string;
  readonly digestKey: string;
  /** Codes of the errors in the answer, without duplicates. */
  readonly errors: readonly string[];
  readonly subscription?: SubscriptionPart;
  /** The record is of so many refusals of one kind, from `since` (milliseconds since the epoch) until `time`, by so many callers. */
  readonly refusals?: { readonly count: number; readonly since: number; readonly callers: number };
}

/** A subscription has a record for its start, each change of what was decided, each event, and its end. */
export interface SubscriptionPart {
  /** The id of the record of its start. */
  readonly id: DisclosureId;
  readonly part: 'START' | 'CHANGE' | 'EVENT' | 'END';
  /** Of an end: by whom, or that it failed (`errors` says of what). */
  readonly reason?: 'COMPLETED' | 'CANCELLED' | 'CLOSING' | 'REPLACED' | 'FAILED';
}

export interface DisclosedCoordinate {
  readonly coordinate: Coordinate;
  /**
   * `SCOPE`: given of records within a grant's scope. `CONDITION`: read by the gateway to tell what is within it, never given.
   * `MATCH`: only compared with a value that the consumer holds. `ABSENT`: allowed, but nothing of it is in the answer (nobody was
   * found, a provider failed, a null took its place).
   */
  readonly effect: 'ALLOW' | 'MASK' | 'SCOPE' | 'CONDITION' | 'MATCH' | 'ABSENT' | 'DENY';
  readonly code?: string;
  readonly mask?: MaskRule;
  /** The department that answers for the datum (谁主管，谁提供，谁负责). Absent in format 2. */
  readonly provider: DepartmentCode;
  readonly policies: readonly string[];
}

/** Was something of it given? What is absent, denied or only read by the gateway was not. */
export function isGiven({ effect }: { readonly effect: string }): boolean {
  return effect !== 'DENY' && effect !== 'CONDITION' && effect !== 'ABSENT';
}

/** What one provider was sent of others, as its own consumption. */
export interface SentItems {
  readonly subgraph: string;
  /** The department that received it. */
  readonly department: DepartmentCode;
  readonly coordinates: readonly Coordinate[];
  /** That department's grants for it, where it needs any. */
  readonly grants?: readonly GrantId[];
}

export interface ProviderCall {
  readonly subgraph: string;
  /** `PARTIAL`: some of its calls failed, or its answers held errors. */
  readonly outcome: 'OK' | 'PARTIAL' | 'UNAVAILABLE' | 'TIMEOUT';
  readonly calls: number;
}

/** Where disclosures are kept. An answer leaves only after `append` has resolved. */
export interface Ledger {
  /** Names the ledger, in segments and heads. */
  readonly id: string;
  /** How far its files count at this moment. */
  readonly durable: Position;
  /** The hashes and signatures that it was begun with. */
  readonly suite: SuiteName;
  /** A new identifier, needed before the providers are asked. */
  nextId(): DisclosureId;
  /** Resolves when the record is durable; rejects when it cannot be made so. */
  append(disclosure: Disclosure): Promise<void>;
  /** Signs what is durable now, unless the last head says the same already. */
  signHead(): Promise<Head>;
  /** The disk is nearly full, so that nothing is appended. */
  readonly isShortOfSpace: boolean;
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
