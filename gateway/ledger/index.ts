export { archiveSegments, deletePeriod } from './archive/archive.ts';
export type {
  DisclosedCoordinate,
  Disclosure,
  InclusionProof,
  Ledger,
  ProviderCall,
  SubscriptionPart,
} from './disclosure.ts';
export { exportLedger } from './export.ts';
export { openLedger } from './file-ledger.ts';
export { Head, PublicKeys } from './head.ts';
export { rotateLedgerKey } from './heads-file.ts';
export { memoryLedger } from './memory-ledger.ts';
export { openSecret, subjectHasher } from './subjects.ts';
export { type LedgerProblem, type LedgerReport, verifyLedger } from './verify.ts';
