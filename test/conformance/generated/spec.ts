import fc from 'fast-check';

/** What is drawn: numbers only, so that a case can be kept as JSON. `worldOf` makes something consistent of them. */
export interface FieldSpec {
  /** `TYPES[on]`: an entity, the interface over all entities, or the interface with a key. */
  readonly on: number;
  /** `LEAVES[kind]`; past its end an object. */
  readonly kind: number;
  /** `TARGETS[target]`, of an object. */
  readonly target: number;
  /** 0: one value, 1: a list, 2: a list of lists. */
  readonly lists: number;
  readonly owner: number;
  /** A second subgraph that resolves the field as well (@shareable). */
  readonly also: number | null;
  readonly isNonNull: boolean;
  readonly hasNonNullItems: boolean;
  /** `ARGUMENTS[argument]`. */
  readonly argument: number;
  /** Index of a field that it is computed from (@requires). */
  readonly requires: number | null;
  /** Index of a field of its target that the owner provides as well (@provides). */
  readonly provides: number | null;
  /** A subgraph from which the field was taken (@override), and which still answers, wrongly. */
  readonly overrides: number | null;
  /** Some of its values are errors. */
  readonly fails: boolean;
  /** A leaf that is a `Long`, beyond what a double holds. This and what follows is absent from older cases. */
  readonly isLong?: boolean | undefined;
  /** A second field that it is computed from. */
  readonly requiresAlso?: number | null | undefined;
  /** Of an object that it provides, what it provides with it. */
  readonly providesBelow?: number | null | undefined;
}

export interface RootSpec {
  readonly target: number;
  readonly lists: number;
  readonly owner: number;
  readonly also: number | null;
  readonly isNonNull: boolean;
  readonly provides?: number | null | undefined;
  readonly providesBelow?: number | null | undefined;
}

export interface Spec {
  readonly fields: readonly FieldSpec[];
  readonly roots: readonly RootSpec[];
  readonly mutations: readonly RootSpec[];
  /** Which entities implement the interface in each subgraph, as bits; which the union has. */
  readonly implementing: readonly number[];
  readonly united: readonly number[];
  /** The subgraph that knows the implementations of the interface with a key. */
  readonly home: number;
  /** `KEYS[key]` of each entity. */
  readonly keys?: readonly number[];
  /** Relations are chosen among what fits, and operations ask for more beside each other. */
  readonly isDense?: boolean;
}

const subgraph = fc.nat({ max: 2 });
const field: fc.Arbitrary<FieldSpec> = fc.record({
  on: fc.nat({ max: 4 }),
  kind: fc.nat({ max: 14 }),
  target: fc.nat({ max: 6 }),
  lists: fc.constantFrom(0, 0, 0, 1, 1, 2),
  owner: subgraph,
  also: fc.option(subgraph),
  isNonNull: fc.boolean(),
  hasNonNullItems: fc.boolean(),
  argument: fc.nat({ max: 10 }),
  requires: fc.option(fc.nat({ max: 13 })),
  provides: fc.option(fc.nat({ max: 13 })),
  overrides: fc.option(subgraph, { freq: 2 }),
  fails: fc.boolean(),
  isLong: fc.boolean(),
  requiresAlso: fc.option(fc.nat({ max: 13 })),
  providesBelow: fc.option(fc.nat({ max: 13 })),
});
const root: fc.Arbitrary<RootSpec> = fc.record({
  target: fc.nat({ max: 6 }),
  lists: fc.constantFrom(0, 1, 2),
  owner: subgraph,
  also: fc.option(subgraph),
  isNonNull: fc.boolean(),
  provides: fc.option(fc.nat({ max: 13 })),
  providesBelow: fc.option(fc.nat({ max: 13 })),
});
const bits = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 3, maxLength: 3 });

const shape = {
  mutations: fc.array(root, { maxLength: 2 }),
  implementing: bits,
  united: bits,
  home: subgraph,
  keys: fc.array(fc.nat({ max: 6 }), { minLength: 3, maxLength: 3 }),
};
const sparse: fc.Arbitrary<Spec> = fc.record({
  ...shape,
  fields: fc.array(field, { minLength: 3, maxLength: 14 }),
  roots: fc.array(root, { minLength: 1, maxLength: 3 }),
  isDense: fc.constant(false),
});

// Few types and many fields, of which most are one subgraph's: so that they can require and provide each other.
const seldomShared = fc.constantFrom(null, null, null, null, 0, 1, 2);
const often = fc.option(fc.nat({ max: 13 }), { freq: 4 });
const related: fc.Arbitrary<FieldSpec> = fc
  .tuple(
    field,
    fc.record({
      on: fc.constantFrom(0, 0, 0, 1, 1, 2, 3),
      kind: fc.constantFrom(0, 1, 2, 4, 6, 7, 8, 9, 9, 9, 9),
      target: fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 4, 5),
      lists: fc.constantFrom(0, 0, 0, 1),
      also: seldomShared,
      argument: fc.constantFrom(0, 0, 0, 0, 5, 6, 10),
      requires: fc.constantFrom(null, null, 1, 2, 3),
      requiresAlso: often,
      provides: often,
      providesBelow: often,
    }),
  )
  .map(([one, over]) => ({ ...one, ...over }));
const dense: fc.Arbitrary<Spec> = fc.record({
  ...shape,
  fields: fc.array(related, { minLength: 9, maxLength: 14 }),
  roots: fc.array(
    fc
      .tuple(
        root,
        fc.record({
          target: fc.constantFrom(0, 0, 1, 2, 3),
          also: seldomShared,
          provides: often,
          providesBelow: often,
        }),
      )
      .map(([one, over]) => ({ ...one, ...over })),
    { minLength: 1, maxLength: 3 },
  ),
  isDense: fc.constant(true),
});

export const spec: fc.Arbitrary<Spec> = fc.oneof(sparse, dense);

/** The numbers that an operation is written by. */
export const tape: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 9_999 }), {
  minLength: 30,
  maxLength: 90,
});

/** A case as it is kept in `kept.json`. */
export interface Case {
  readonly spec: Spec;
  readonly tape: readonly number[];
}
