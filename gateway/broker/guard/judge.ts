import type { GraphQLSchema } from 'graphql';
import type { Provider, SharingIndex, SharingRule } from '../../registry/index.ts';
import type { Action, Coordinate, Decision, DepartmentCode, GrantId, MaskRule, Use } from '../../words.ts';
import type { Denial } from '../shape/decisions.ts';
import type { RowScope } from './scope.ts';

/** What a department is entitled to, for one use; from `policy`. Equal keys decide alike. */
export interface Entitlement {
  readonly key: string;
  readonly validUntil: number;
  /** How many records a day each grant in force allows, where it has such a limit. */
  readonly quotas?: ReadonlyMap<GrantId, number>;
  decide(rule: SharingRule, action?: Action): Decision;
}

/** Who decides on behalf of whom, and where a department is sent to apply. */
export interface Judge {
  readonly schema: GraphQLSchema;
  readonly index: SharingIndex;
  readonly entitlement: Entitlement;
  readonly use: Use;
  /** Names the grants that are left out because their quota of the day is used up, the consumer's or a provider's. */
  readonly spent: string;
  /** Who is asked when a subgraph is, and what that department may have for this use. */
  recipient(subgraph: string): Recipient;
  /** Link under which a grant for a coordinate and a use can be applied for. */
  applyLink(coordinate: string, use: Use, department?: DepartmentCode): string;
}

/** The department behind a subgraph that is asked, and what it may have itself for the same use. */
export interface Recipient {
  readonly subgraph: string;
  readonly department: Provider;
  readonly entitlement: Entitlement;
}

/** What was decided of one element of the operation, with the masks of each object type that it may have. */
export interface Verdict {
  readonly denied: Denial | null;
  readonly masks: ReadonlyMap<string, MaskRule>;
  /** Scopes by the object type that the field is read from: a record's value passes where all of them hold. */
  readonly scopes: ReadonlyMap<string, readonly RowScope[]>;
  readonly decisions: readonly Judged[];
}

/** One coordinate with its decision, as the ledger records it. */
export interface Judged {
  readonly coordinate: Coordinate;
  readonly decision: Decision;
  /** What was to be done with it; to disclose it where nothing is said. */
  readonly action?: Action;
  /** The provider that would be sent it; it is decided on for that department, not for the consumer. */
  readonly recipient?: Recipient;
  /** It is sent itself, and not only something that is computed from it. */
  readonly isSent?: boolean;
}
