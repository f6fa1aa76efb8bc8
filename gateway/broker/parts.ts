import type { Failure } from '../errors.ts';
import type { InclusionProof, KeyedHashes, Ledger, RefusalTally } from '../ledger/index.ts';
import type { Publication } from '../registry/index.ts';
import type { DepartmentCode, DisclosureId, GrantId, MaskRule, Principal, Use } from '../words.ts';
import type { FetchResult } from './fetch.ts';
import type { AttemptLimits, Findings } from './findings.ts';
import type { Entitlement } from './guard/index.ts';
import type { OperationLimits, StatedPurpose } from './operation/index.ts';
import type { CursorSeal } from './paging/seal.ts';
import type { Engine } from './prepare.ts';

/** One answer, before it is written in a reader's language. */
export interface Answer {
  readonly receipt: DisclosureId;
  /** The JSON of `data`. Absent for a refusal: the operation as a whole was not executed. */
  readonly data?: Buffer;
  readonly failures: readonly Failure[];
  /** Of nothing but the schema itself: the same for everybody. */
  readonly isPublic?: boolean;
  /** What of it somebody doubts (Measures Art. 15). */
  readonly disputed?: readonly DisputedItem[];
  /** What was checked and compared, as `extensions` have it. */
  readonly findings?: Findings;
  /** Proof that the disclosure is under a signed head, where it was asked for. */
  readonly proof?: InclusionProof;
}

/** What the broker needs of `policy`. */
export interface DecidingPolicy {
  readonly revision: string;
  entitle(principal: Principal, use: Use, exhausted?: ReadonlySet<GrantId>): Entitlement;
  /** Tells when entitlements may have changed before their time. */
  onChange(listener: () => void): () => void;
}

/** An item of an answer about whose subject an objection is open. */
export interface DisputedItem {
  readonly coordinate: string;
  readonly objection: string;
  readonly since: string;
}

/** What the broker needs of the other parts; each behind the narrowest interface that serves. */
export interface BrokerParts {
  readonly publication: Publication;
  readonly engine: Engine;
  readonly limits: OperationLimits;
  readonly policy: DecidingPolicy;
  readonly ledger: Ledger;
  /** Counts refusals together that anybody can cause without end. Without it each has a record of its own. */
  readonly refusals?: Pick<RefusalTally, 'count'>;
  /** The mask of a rule for values of a coordinate from one department, for one consumer. */
  maskFor(
    rule: MaskRule,
    coordinate: string,
    source: DepartmentCode | null,
    principal: Principal,
  ): (value: unknown) => unknown;
  /** Seals the cursors that a consumer is given. Without it they are given as they are. */
  cursorsFor?(principal: Principal): CursorSeal;
  readonly hashes: KeyedHashes;
  applyLink(coordinate: string, use: Use, department: DepartmentCode): string;
  /** What is disputed of the items that were given about these subjects (as the ledger hashes them); null for nothing. */
  disputes?(
    subjects: readonly string[],
    isGiven: (coordinate: string) => boolean,
  ): readonly DisputedItem[] | null;
  /** Tells who is a subject of a department's matter, for scopes that ask it. Without it nobody is. */
  parties?(department: string, matter: string): Promise<(subject: unknown) => boolean>;
  /** Counts what is limited per day. Without it nothing that is limited so is given. */
  readonly counters?: DayCounters;
  readonly attempts?: AttemptLimits;
  /** The purpose of operations that state none. Without it they are refused. */
  readonly purposeByDefault?: StatedPurpose;
  /** Asks a provider on behalf of one disclosure. */
  ask(call: ProviderQuestion): Promise<FetchResult>;
  /** Subscribes at a provider on behalf of the disclosure that records the start. What it returns hangs up. */
  listen(question: ProviderQuestion, listener: ProviderListener): () => void;
  readonly subscriptions: SubscriptionLimits;
  /** Takes note of a defect, and says what a consumer is told of it. */
  defect(error: unknown): Failure;
  now(): number;
  /** Runs one stage of the query's way, in a span of its own where tracing is on. */
  stage<T>(name: Stage, work: () => T): T;
}

/** Takes some of a limit until an instant, one where no count is said; from `store`. */
export interface DayCounters {
  takeUntil(
    key: string,
    limit: number,
    endsAt: number,
    when: 'COUNT_ALONE' | 'REFUSE',
    count?: number,
  ): Taken | Promise<Taken>;
  giveBackUntil(key: string, endsAt: number, count: number): void | Promise<void>;
}
type Taken = { readonly allowed: boolean; readonly retryAfterMs: number };

/** The stages that are traced. */
export type Stage = 'admit' | 'decide' | 'execute' | 'fetch' | 'record';

/** One call to a provider with everything that its assertion says. */
export interface ProviderQuestion {
  readonly subgraph: string;
  readonly body: string | Buffer;
  readonly idempotent: boolean;
  readonly principal: Principal;
  readonly purpose: StatedPurpose;
  readonly grants: readonly string[];
  /** Other departments' items that the provider is sent, as its own consumption. */
  readonly sent: readonly string[];
  readonly disclosure: DisclosureId;
}

/** Hears what a provider pushes. */
export interface ProviderListener {
  /** A GraphQL response as JSON. */
  event(body: Buffer): void;
  /** There is no more: the provider has come to an end, or why it is lost. */
  end(failure: Failure | null): void;
}

export interface SubscriptionLimits {
  /** Subscriptions that one department may have at once. */
  readonly perDepartment: number;
  /** What may wait for a consumer that is slow. */
  readonly queue: { readonly events: number; readonly bytes: number };
}
