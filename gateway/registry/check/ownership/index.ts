export type { OwnedChange, OwnerChanges } from './compare.ts';
export type { Effect } from './effect.ts';
export { createOwnership, type OwnedChanges, type Ownership, UNCHANGED } from './examine.ts';
export { ASPECTS, type Aspect } from './facts.ts';
export type { OwnerRow } from './owners.ts';
