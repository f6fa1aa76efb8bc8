import type { Coordinate, DepartmentCode, MaskRule, SharingClass, Use, Zone } from '../words.ts';

/** A published subgraph and the department that answers for it. */
export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
  readonly provider: Provider;
}

export interface Provider {
  readonly code: DepartmentCode;
  readonly name: string;
}

/** What the published schemas say of one coordinate, the strictest of all subgraphs. */
export interface SharingRule {
  readonly coordinate: Coordinate;
  readonly class: SharingClass;
  /** False when no subgraph classifies the coordinate: it is then WITHHELD without a basis. */
  readonly classified: boolean;
  readonly purposes: ReadonlySet<Use>;
  readonly matchOnly: ReadonlySet<Use>;
  readonly masks: ReadonlyMap<Use, MaskRule>;
  readonly basis?: string;
  readonly condition?: string;
  /** Networks in which it is served; empty means every network. */
  readonly zones: ReadonlySet<Zone>;
  readonly provider: Provider;
  /** Catalogue resource and item that the coordinate belongs to. */
  readonly resource?: string;
  readonly item?: string;
  /** The value identifies the data subject. */
  readonly subject?: 'PERSON' | 'ORGANISATION';
  /** The item that an argument or input field tests (`as`); it has that item's rules. */
  readonly tests?: Coordinate;
  /** Where subgraphs differ on what is tested: the same with each of the others. All of them must allow. */
  readonly alsoTests?: readonly SharingRule[];
  /** Coordinates from which this one is computed (@requires, @fromContext), transitively. */
  readonly requires: readonly Coordinate[];
  /** Those of `requires` that are fields of the very object that carries this one. */
  readonly requiresHere?: readonly Coordinate[];
  /** The subgraphs that resolve the field, the authoritative one first (多元校核). */
  readonly sources?: readonly Source[];
}

/** One of several subgraphs that resolve a shareable field. */
export interface Source {
  readonly subgraph: string;
  readonly provider: Provider;
  readonly isAuthoritative: boolean;
  /** Fields of a key by which it can be asked for an object; null when it cannot be asked so. */
  readonly key: readonly string[] | null;
  /** What this subgraph is sent to compute the field: its own `@requires` and `@fromContext`. */
  readonly requires: readonly Coordinate[];
}

/** Every coordinate of the supergraph with its rules. Unknown coordinates have a withholding rule. */
export interface SharingIndex {
  readonly revision: string;
  rule(coordinate: string): SharingRule;
  coordinates(): Iterable<SharingRule>;
}
