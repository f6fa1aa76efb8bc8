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
export const ARGUMENTS = ['', '', '', '', '', 'n: Int', 'n: Int = 3', 'in: In', 'e: E = X', 'list: [Int!]'];

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
  readonly requires: Requirement | null;
  readonly provides: Field | null;
  /** Of an object that it provides, a field that it provides with it. */
  readonly providesBelow: Field | null;
  readonly fails: boolean;
  /** The types that its objects can have, by name. */
  readonly possible: readonly string[];
}

/** `f1`, `f1(n: 5)` or `f1 { id f2 }`. */
export interface Requirement {
  readonly field: Field;
  readonly argument: string;
  readonly below: Field | null;
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
    const leaf = LEAVES[one.kind] ?? null;
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
      requires: null,
      provides: null,
      providesBelow: null,
      // An interface object is asked for the fields of all types at once: one that fails may not take others with it.
      fails: one.fails && !(one.on === KEYED && one.isNonNull),
      possible: leaf === null ? possible(one.target, resolvedBy) : [],
    };
  });
  for (const draft of drafts) addRelations(draft, spec.fields[draft.index]!, drafts);
  const needed = drafts.flatMap(({ requires }) => (requires ? [requires.field, requires.below] : []));
  for (const draft of drafts) if (needed.includes(draft)) draft.fails = false;

  const rootOf =
    (letter: string, canShare: boolean) =>
    (one: RootSpec, index: number): Field => {
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
        requires: null,
        provides: null,
        providesBelow: null,
        fails: false,
        possible: possible(one.target, resolvedBy),
      };
    };
  const roots = spec.roots.map(rootOf('r', true));
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

function addRelations(draft: Draft, given: FieldSpec, drafts: readonly Draft[]): void {
  if (draft.on >= INTERFACE) return;
  const isAlone = draft.resolvedBy.length === 1;
  const required = given.requires === null ? undefined : drafts[given.requires];
  if (
    required &&
    isAlone &&
    required.index < draft.index &&
    required.on === draft.on &&
    draft.leaf !== null
  ) {
    const isPlainTarget = required.leaf !== null || required.target < INTERFACE;
    if (isPlainTarget && isForeign(required, draft.owner)) {
      const below =
        required.leaf === null
          ? (drafts.find(
              (one) =>
                one.on === required.target &&
                one.leaf !== null &&
                one.argument === '' &&
                one.index < draft.index &&
                isForeign(one, draft.owner),
            ) ?? null)
          : null;
      draft.requires = {
        field: required,
        argument: required.argument.startsWith('n:') ? '(n: 5)' : '',
        below,
      };
      draft.leaf = 'String';
      draft.lists = 0;
    }
  }
  const provided = given.provides === null ? undefined : drafts[given.provides];
  if (
    provided &&
    draft.leaf === null &&
    isAlone &&
    draft.target < INTERFACE &&
    provided.on === draft.target &&
    provided.leaf !== null &&
    provided.argument === '' &&
    provided.index < draft.index &&
    provided.requires === null &&
    provided.staleIn === null &&
    isForeign(provided, draft.owner)
  ) {
    draft.provides = provided;
    provided.isShareable = true;
  }
  const isUsed = drafts.some(
    (one) => one.requires?.field === draft || one.requires?.below === draft || one.provides === draft,
  );
  if (
    given.overrides !== null &&
    given.overrides !== draft.owner &&
    isAlone &&
    draft.leaf !== null &&
    draft.requires === null &&
    !draft.isShareable &&
    !isUsed
  ) {
    draft.staleIn = given.overrides;
  }
}
