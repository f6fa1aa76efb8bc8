import type { FieldSpec, RootSpec, Spec } from './spec.ts';

export const SUBGRAPHS = ['s0', 's1', 's2'] as const;
export const ENTITIES = ['A', 'B', 'C'] as const;
export const INTERFACE = 3;
export const KEYED = 4;
export const UNION = 5;
export const VALUE = 6;
/** Types that fields can lead to. P and Q implement M, which is an interface at home and an object elsewhere. */
export const TARGETS = [...ENTITIES, 'I', 'M', 'U', 'V'] as const;
export const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'E', 'Any', 'String', 'String'] as const;
export const ARGUMENTS = [
  '',
  '',
  '',
  '',
  '',
  'n: Int',
  'n: Int = 3',
  'in: In',
  'e: E = X',
  'list: [Int!]',
  'long: Long',
];
/** What an entity is found by: single, compound and nested keys, numbers beyond 2^53 among them. */
export const KEYS = [
  ['id'],
  ['id no'],
  ['tag { code }'],
  ['id tag { part { no } }'],
  ['no'],
  ['no', 'id'],
  ['no tag { code part { no } }'],
] as const;

/** One field, with what was drawn made consistent. */
export interface Field {
  readonly index: number;
  readonly name: string;
  readonly on: number;
  readonly target: number;
  /** The leaf's type, or null for an object. */
  readonly leaf: string | null;
  readonly lists: number;
  readonly isNonNull: boolean;
  readonly hasNonNullItems: boolean;
  readonly argument: string;
  readonly owner: number;
  /** All subgraphs that resolve it. */
  readonly resolvedBy: readonly number[];
  readonly isShareable: boolean;
  readonly staleIn: number | null;
  readonly requires: readonly Requirement[];
  readonly provides: Field | null;
  /** Of an object that it provides, a field that it provides with it. */
  readonly providesBelow: Field | null;
  readonly fails: boolean;
  /** The types that its objects can have, by name. */
  readonly possible: readonly string[];
}

/** `f1`, `f1(n: 5)`, `f1 { id f2 }`, or of an interface `f1 { id ... on A { f2 } ... on B { f3 } }`. */
export interface Requirement {
  readonly field: Field;
  readonly argument: string;
  readonly below: readonly Field[];
}

export interface World {
  readonly spec: Spec;
  readonly fields: readonly Field[];
  readonly roots: readonly Field[];
  readonly mutations: readonly Field[];
  implementing(subgraph: number): string[];
  united(subgraph: number): string[];
  /** Is what a subgraph says of a field its to say: does it resolve or provide it? */
  mayGive(subgraph: string, field: Field): boolean;
}

function numberOf(subgraph: string): number {
  return Number(subgraph.slice(1));
}

type Draft = { -readonly [K in keyof Field]: Field[K] };

/** Makes a consistent world of what was drawn: what does not fit is left out. */
export function worldOf(spec: Spec): World {
  const ownsInterfaceField = (at: number): boolean =>
    spec.fields.some((one) => one.on === INTERFACE && one.owner === at);
  const picked = (bits: number, from: readonly string[]): string[] =>
    from.filter((_, index) => (bits >> index) & 1);
  const implementing = (at: number): string[] => {
    const some = picked(spec.implementing[at] ?? 7, ENTITIES);
    return some.length === 0 || ownsInterfaceField(at) ? [...ENTITIES] : some;
  };
  const united = (at: number): string[] => picked(spec.united[at] ?? 15, [...ENTITIES, 'V']);
  const possible = (target: number, subgraphs: readonly number[]): string[] => {
    const each = (of: (at: number) => string[]): string[] =>
      [...ENTITIES, 'V'].filter((name) => subgraphs.every((at) => of(at).includes(name)));
    if (target === INTERFACE) return each(implementing);
    if (target === UNION) return each(united);
    return target === KEYED ? ['P', 'Q'] : [TARGETS[target] ?? ''];
  };
  const owners = (one: Pick<FieldSpec, 'owner' | 'also' | 'target'>, isObject: boolean): number[] => {
    const both = one.also === null || one.also === one.owner ? [one.owner] : [one.owner, one.also];
    const isApart = isObject && possible(one.target, both).length === 0;
    // The planner fails where an interface at home and its interface object are shared (docs/conformance.md).
    const isMixed = isObject && one.target === KEYED && both.length > 1 && both.includes(spec.home);
    return isApart || isMixed ? [one.owner] : both;
  };

  const drafts = spec.fields.map((one, index): Draft => {
    const kind = LEAVES[one.kind] ?? null;
    const leaf = kind !== null && one.isLong && one.kind % 2 === 0 ? 'Long' : kind;
    const isPlain = one.on < INTERFACE;
    const resolvedBy = isPlain ? owners(one, leaf === null) : [one.owner];
    return {
      index,
      name: `f${index}`,
      on: one.on,
      target: one.target,
      leaf,
      lists: one.lists,
      isNonNull: one.isNonNull,
      hasNonNullItems: one.hasNonNullItems,
      argument: ARGUMENTS[one.argument] ?? '',
      owner: one.owner,
      resolvedBy,
      isShareable: resolvedBy.length > 1,
      staleIn: null,
      requires: [],
      provides: null,
      providesBelow: null,
      // An interface object is asked for the fields of all types at once: one that fails may not take others with it.
      fails: one.fails && !(one.on === KEYED && one.isNonNull),
      possible: leaf === null ? possible(one.target, resolvedBy) : [],
    };
  });
  for (const draft of drafts) addRelations(draft, spec, drafts, implementing(draft.owner));
  const needed = drafts.flatMap(({ requires }) => requires.flatMap((one) => [one.field, ...one.below]));
  for (const draft of drafts) if (needed.includes(draft)) draft.fails = false;

  const rootOf =
    (letter: string, canShare: boolean) =>
    (one: RootSpec, index: number): Draft => {
      const resolvedBy = canShare ? owners(one, true) : [one.owner];
      return {
        index: (letter === 'r' ? 100 : 200) + index,
        name: `${letter}${index}`,
        on: -1,
        target: one.target,
        leaf: null,
        lists: one.lists,
        isNonNull: one.isNonNull,
        hasNonNullItems: false,
        argument: letter === 'm' ? 'n: Int = 3' : '',
        owner: one.owner,
        resolvedBy,
        isShareable: resolvedBy.length > 1,
        staleIn: null,
        requires: [],
        provides: null,
        providesBelow: null,
        fails: false,
        possible: possible(one.target, resolvedBy),
      };
    };
  const roots = spec.roots.map(rootOf('r', true));
  for (const [index, root] of roots.entries())
    if (root.resolvedBy.length === 1) addProvided(root, spec.roots[index] ?? {}, spec, drafts);
  return {
    spec,
    fields: drafts,
    roots,
    mutations: spec.mutations.map(rootOf('m', false)),
    implementing,
    united,
    mayGive: (subgraph, field) =>
      field.resolvedBy.includes(numberOf(subgraph)) ||
      [...drafts, ...roots].some(
        (one) =>
          (one.provides === field || one.providesBelow === field) &&
          one.resolvedBy.includes(numberOf(subgraph)),
      ),
  };
}

/** Is the field nothing of the subgraph's own yet, so that it can be `@external` there? */
function isForeign(field: Field, to: number): boolean {
  return !field.resolvedBy.includes(to) && field.staleIn !== to;
}

function addRelations(
  draft: Draft,
  spec: Spec,
  drafts: readonly Draft[],
  implementing: readonly string[],
): void {
  const given = spec.fields[draft.index];
  if (!given || draft.on >= INTERFACE) return;
  const isAlone = draft.resolvedBy.length === 1;
  const isBelow = (one: Field, on: number): boolean =>
    one.on === on && one.leaf !== null && one.argument === '' && one.index < draft.index;
  const canBeRequired = (one: Field): boolean =>
    one.index < draft.index &&
    one.on === draft.on &&
    isForeign(one, draft.owner) &&
    (one.leaf !== null ||
      one.target < INTERFACE ||
      (one.target === INTERFACE && one.possible.every((type) => implementing.includes(type))));
  if (isAlone && draft.leaf !== null) {
    const wanted = given.requires === null ? [] : [given.requires, given.requiresAlso];
    const required = wanted.map((one) => chosen(one, spec, drafts, canBeRequired));
    for (const field of new Set(required)) {
      if (!field) continue;
      const types =
        field.target === INTERFACE
          ? field.possible.map((type) => ENTITIES.findIndex((one) => one === type))
          : [field.target];
      const below =
        field.leaf === null
          ? types.flatMap((on) => drafts.find((one) => isBelow(one, on) && isForeign(one, draft.owner)) ?? [])
          : [];
      draft.requires = [
        ...draft.requires,
        { field, argument: field.argument.startsWith('n:') ? '(n: 5)' : '', below },
      ];
    }
    if (draft.requires.length > 0) {
      draft.leaf = 'String';
      draft.lists = 0;
    }
  }
  if (isAlone) addProvided(draft, given, spec, drafts);
  const isUsed = drafts.some(
    (one) =>
      one.requires.some(({ field, below }) => field === draft || below.includes(draft)) ||
      one.provides === draft ||
      one.providesBelow === draft,
  );
  if (
    given.overrides !== null &&
    given.overrides !== draft.owner &&
    isAlone &&
    draft.leaf !== null &&
    draft.requires.length === 0 &&
    !draft.isShareable &&
    !isUsed
  ) {
    draft.staleIn = given.overrides;
  }
}

/** What a field or a root field provides of the entity that it leads to: `f1`, or `f1 { f2 }`. */
function addProvided(
  draft: Draft,
  given: Pick<RootSpec, 'provides' | 'providesBelow'>,
  spec: Spec,
  drafts: readonly Draft[],
): void {
  if (draft.leaf !== null || draft.target >= INTERFACE) return;
  const canBeProvided = (one: Field, on: number): boolean =>
    one.on === on &&
    one.argument === '' &&
    one.index < draft.index &&
    one.requires.length === 0 &&
    one.staleIn === null &&
    isForeign(one, draft.owner);
  const below = (one: Field): Draft | undefined =>
    chosen(
      given.providesBelow,
      spec,
      drafts,
      (inner) => inner !== one && inner.leaf !== null && canBeProvided(inner, one.target),
    );
  const asLeaf = (one: Field): boolean => one.leaf !== null && canBeProvided(one, draft.target);
  const asPath = (one: Field): boolean =>
    one.leaf === null &&
    one.target < INTERFACE &&
    canBeProvided(one, draft.target) &&
    below(one) !== undefined;
  const provided =
    chosen(given.provides, spec, drafts, asPath) ?? chosen(given.provides, spec, drafts, asLeaf);
  if (!provided) return;
  draft.provides = provided;
  provided.isShareable = true;
  const inner = provided.leaf === null ? below(provided) : undefined;
  if (!inner) return;
  draft.providesBelow = inner;
  inner.isShareable = true;
}

/** The field of an index, if it fits; in a dense world, one of those that fit. */
function chosen(
  index: number | null | undefined,
  spec: Spec,
  drafts: readonly Draft[],
  fits: (one: Draft) => boolean,
): Draft | undefined {
  if (index === null || index === undefined) return undefined;
  if (!spec.isDense) return drafts.filter((one) => one.index === index).find(fits);
  const fitting = drafts.filter(fits);
  return fitting[index % Math.max(1, fitting.length)];
}
