export { archiveSegments, deletePeriod } from './archive/archive.ts';
export {
  type DisclosedCoordinate,
  type Disclosure,
  type InclusionProof,
  isGiven,
  type Ledger,
  type ProviderCall,
  type SentItems,
  type SubscriptionPart,
} from './disclosure.ts';
export { exportLedger } from './export.ts';
export { openLedger } from './file-ledger.ts';
export { Head, PublicKeys } from './head.ts';
export { ledgerSuite, rotateLedgerKey } from './heads-file.ts';
export { createIds } from './ids.ts';
export { type KeyedHashes, openKeyedHashes, revealSalt, subjectHashes } from './keyed-hashes.ts';
export { lockFolder } from './lock.ts';
export { memoryLedger } from './memory-ledger.ts';
export { type CountedRefusal, createRefusalTally, type RefusalTally } from './refusals.ts';
export { findSealKey } from './seals.ts';
export { type Indexer, startIndexer } from './search/indexer.ts';
export {
  type DisclosureFilter,
  type FoundDecision,
  type FoundDisclosure,
  findDisclosures,
  readFound,
  type Scope,
} from './search/search.ts';
export { openSecret, rotateSecret, SECRETS } from './secrets.ts';
export { NO_SUBJECTS, type Subjects } from './subject-table.ts';
export { type LedgerProblem, type LedgerReport, verifyLedger } from './verify.ts';
export { readEvidence } from './witness/evidence.ts';
export { type Witnessed, WitnessRequest } from './witness/witness.ts';
export { openWitnessing } from './witness/witnessing.ts';
