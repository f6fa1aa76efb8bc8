/** What a supergraph says of one coordinate, as far as it can matter to whoever owns it. */
export interface Stated {
  readonly coordinate: string;
  /** The coordinate whose owners own this one: of an argument its field, of an input field or enum value its type; otherwise itself. */
  readonly belongsTo: string;
  /** Its name and that of its type, for looking it up in a subgraph's own SDL. */
  readonly type: string;
  readonly member: string | null;
  /** What has one value: the type, a default value, a description … */
  readonly values: ReadonlyMap<string, string>;
  /** What has many: the members of a union, the values of an enum … */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
  /** Subgraphs that declare it, in whatever way. */
  readonly declaredBy: ReadonlySet<string>;
  /** Who answers for it, where it is a field of an object or interface. */
  readonly sources: readonly StatedSource[];
  /** Interfaces of the type that carries it. */
  readonly interfaces: readonly string[];
}

/** One subgraph that resolves a field. */
export interface StatedSource {
  readonly subgraph: string;
  /** With what it overrides, or the field along whose path alone it answers (`@provides`). */
  readonly text: string;
  readonly isProvided: boolean;
}

/** A key of a type in one subgraph. */
export interface StatedKey {
  readonly type: string;
  readonly subgraph: string;
  readonly fields: string;
  /** Every coordinate that it selects, nested ones included. */
  readonly coordinates: ReadonlySet<string>;
}

/** A supergraph, coordinate by coordinate. */
export interface Statements {
  readonly stated: ReadonlyMap<string, Stated>;
  readonly keys: readonly StatedKey[];
  /** The keys that a field is part of. */
  readonly keysOf: ReadonlyMap<string, readonly StatedKey[]>;
}
