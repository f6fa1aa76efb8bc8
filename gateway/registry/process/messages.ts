import type { CatalogueResource } from '../catalogue.ts';
import type { Finding, SeenOperation } from '../check/index.ts';
import type { OwnerRow, Ownership } from '../check/ownership/index.ts';
import type { CompositionProblem } from '../compose.ts';
import type { SchemaChange } from '../diff.ts';
import type { Prepared } from '../prepare.ts';
import type { Subgraph } from '../rules.ts';
import type { Part } from './parts.ts';

/** What is asked of the process that composes. */
export type Task =
  | { readonly kind: 'required'; readonly candidate: Subgraph; readonly live: readonly Subgraph[] }
  | ExamineTask
  | RetireTask
  | RehearseTask
  | { readonly kind: 'diff'; readonly before: string | null; readonly after: string }
  | {
      readonly kind: 'prepare';
      readonly subgraphs: readonly Subgraph[];
      /** The supergraph, where it was composed before. */
      readonly supergraphSdl: string | null;
    };

export interface ExamineTask {
  readonly kind: 'examine';
  readonly candidate: Subgraph;
  readonly live: readonly Subgraph[];
  /** The supergraph that is live, as it was composed. */
  readonly liveSdl: string;
  /** Who is on record as owner of what. */
  readonly owners: readonly OwnerRow[];
  readonly operations: readonly SeenOperation[];
  /** Those of the required coordinates for which the department holds a grant. */
  readonly granted: readonly string[];
  readonly reason: string | null;
  readonly isForced: boolean;
  /** The running service's SDL, compared where it is known. */
  readonly running: string | null;
}

export interface RetireTask {
  readonly kind: 'retire';
  readonly name: string;
  readonly live: readonly Subgraph[];
  readonly liveSdl: string;
  /** Who is on record as owner of what. */
  readonly owners: readonly OwnerRow[];
  readonly operations: readonly SeenOperation[];
  readonly isForced: boolean;
}

/** What was live once: can it be taken up now? */
export interface RehearseTask {
  readonly kind: 'rehearse';
  readonly subgraphs: readonly Subgraph[];
  readonly supergraphSdl: string;
  readonly live: readonly Subgraph[];
  readonly liveSdl: string;
  readonly operations: readonly SeenOperation[];
}

/** What was composed, without what only serving it needs. */
export interface Composed {
  readonly revision: string;
  readonly supergraphSdl: string;
  readonly ownership: Ownership;
}

/** What it answers, by the kind of task. */
export interface Results {
  readonly diff: readonly SchemaChange[];
  readonly required: {
    /** Other departments' items that the candidate is computed from. */
    readonly coordinates: readonly string[];
    /** What its running service can be asked by anybody. */
    readonly questions: readonly string[];
  };
  readonly examine: {
    readonly findings: readonly Finding[];
    readonly forced: readonly Finding[];
    /** Codes of the departments whose operations break. */
    readonly affected: readonly string[];
    readonly diff: readonly SchemaChange[];
    /** What the candidate would enter into the catalogue. */
    readonly resources: readonly CatalogueResource[];
    readonly composed: Composed | null;
  };
  readonly retire: {
    readonly findings: readonly Finding[];
    readonly forced: readonly Finding[];
    readonly affected: readonly string[];
    readonly composed: Composed | null;
  };
  /** Why it cannot be taken up; nothing where it can. */
  readonly rehearse: readonly Finding[];
  readonly prepare:
    | {
        readonly ok: true;
        readonly prepared: Omit<Prepared, 'rules' | 'consumerSdl'>;
      }
    | { readonly ok: false; readonly problems: readonly CompositionProblem[] };
}

export type Asked = { readonly id: number; readonly task: Task };

/** What is large of a result comes before it, part by part. */
export type Told =
  | { readonly kind: 'part'; readonly id: number; readonly part: Part }
  | { readonly kind: 'done'; readonly id: number; readonly result: Results[keyof Results] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly stack: string };
