import type { Failure } from '../errors.ts';
import type { InclusionProof, KeyedHashes, Ledger } from '../ledger/index.ts';
import type { Publication } from '../registry/index.ts';
import type { DisclosureId, MaskRule, Principal, Use } from '../words.ts';
import type { FetchResult } from './fetch.ts';
import type { Entitlement } from './guard/index.ts';
import type { OperationLimits, StatedPurpose } from './operation/index.ts';
import type { Engine } from './prepare.ts';

/** One answer, before it is written in a reader's language. */
export interface Answer {
  readonly receipt: DisclosureId;
  /** The JSON of `data`. Absent for a refusal: the operation as a whole was not executed. */
  readonly data?: Buffer;
  readonly failures: readonly Failure[];
  /** Proof that the disclosure is under a signed head, where it was asked for. */
  readonly proof?: InclusionProof;
}

/** What the broker needs of the other parts; each behind the narrowest interface that serves. */
export interface BrokerParts {
  readonly publication: Publication;
  readonly engine: Engine;
  readonly limits: OperationLimits;
  readonly policy: { readonly revision: string; entitle(principal: Principal, use: Use): Entitlement };
  readonly ledger: Ledger;
  maskFor(rule: MaskRule, principal: Principal): (value: unknown) => unknown;
  readonly hashes: KeyedHashes;
  applyLink(coordinate: string): string;
  /** The purpose of operations that state none. Without it they are refused. */
  readonly purposeByDefault?: StatedPurpose;
  /** Asks a provider on behalf of one disclosure. */
  ask(call: ProviderQuestion): Promise<FetchResult>;
  now(): number;
  /** Runs one stage of the query's way, in a span of its own where tracing is on. */
  stage<T>(name: Stage, work: () => T): T;
}

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
  readonly disclosure: DisclosureId;
}
