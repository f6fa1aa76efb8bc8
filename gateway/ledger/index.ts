export type { DisclosedCoordinate, Disclosure, Ledger, ProviderCall } from './disclosure.ts';
export { openLedger } from './file-ledger.ts';
export { memoryLedger } from './memory-ledger.ts';
export { openSecret, subjectHasher } from './subjects.ts';
