import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Opened } from '../paging/arguments.ts';
import type { CursorSeal } from '../paging/seal.ts';
import type { Carried, KnownTypes } from './carried.ts';
import type { KeyOf } from './question-keys.ts';

/** An operation as the consumer wrote it, and what of it may be asked. */
export interface Asking {
  readonly document: DocumentNode;
  readonly guardedDocument: DocumentNode;
  /** Opens the cursors that the consumer hands back. Without it they are taken as they are. */
  readonly cursors?: CursorSeal | undefined;
}

/** How an operation would be asked: nobody has been yet. */
export interface Planned {
  /** By the side of each progressive override that a draw may take; empty where no provider is asked. */
  readonly plans: ReadonlyMap<number, QueryPlan>;
  /** What providers would be handed, by any of the plans. */
  readonly carried: readonly Carried[];
  readonly types: KnownTypes;
  readonly keyOf: KeyOf;
  /** The operation with the providers' own cursors, where its consumer's are sealed. */
  readonly opened: Opened | null;
}
