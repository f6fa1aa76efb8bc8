type Path = readonly (string | number)[];

/** What one learns beside the data, as `extensions` have it: whether values match (数据校核), whether sources agree (多元校核). */
export interface Findings {
  readonly verified?: readonly Verified[];
  readonly sources?: readonly Compared[];
}

/** Whether a value that the consumer holds matches; null where the provider has none, or it may not be told. */
export interface Verified {
  readonly path: Path;
  readonly matches: boolean | null;
}

/** How the sources of one value compare. */
export interface Compared {
  readonly path: Path;
  readonly coordinate: string;
  /** The source whose value the answer is; null where it cannot be told for certain. */
  readonly authoritative: SourceName | null;
  /** `agrees` is null where a source has no value or gave no answer. */
  readonly others: readonly (SourceName & { readonly agrees: boolean | null })[];
}

export interface SourceName {
  readonly subgraph: string;
  readonly provider: string;
}

/** One attempt to check a value. It never leaves the gateway. */
export interface Check {
  readonly path: Path;
  readonly coordinate: string;
  readonly subject: unknown;
  /** What the consumer holds and what the provider has, comparable; null where the provider has nothing. */
  readonly held: string;
  readonly value: string | null;
}

/** How often a department may try a day: one item of one subject, and altogether. */
export interface AttemptLimits {
  readonly perSubject: number;
  readonly perDepartment: number;
}
