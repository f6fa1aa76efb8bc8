import { type DirectiveNode, type FieldNode, Kind, type SelectionNode } from 'graphql';
import type { CrossCheck } from '../marks.ts';
import type { Identified } from './identified.ts';
import type { RowScope } from './scope.ts';

/** A field that the gateway needs itself, of objects of one type: a scope's condition, or whom a record is about. */
export interface Need {
  readonly type: string;
  readonly field: string;
}

export type Needs = ReadonlyMap<FieldNode, readonly Need[]>;

export const NO_NEEDS: Needs = new Map();

/** The fields on which scopes set conditions. */
export function needsOf(scopes: ReadonlyMap<string, readonly RowScope[]>): Need[] {
  return [...scopes].flatMap(([type, all]) => {
    const alternatives = all.flatMap((scope) => scope.alternatives);
    const fields = alternatives.flatMap(({ conditions }) => conditions.map(({ field }) => field));
    return [...new Set(fields)].map((field) => ({ type, field }));
  });
}

/** The fields that name whom a checked value is about. */
export function subjectNeeds(subjects: ReadonlyMap<string, string> | undefined): Need[] {
  return [...(subjects ?? [])].map(([type, field]) => ({ type, field }));
}

/** The keys by which the sources of a field are asked. */
export function keyNeeds(crossCheck: CrossCheck | null): Need[] {
  if (!crossCheck?.isAskedApart) return [];
  const fields = crossCheck.sources.flatMap(({ key }) => key ?? []);
  return [...new Set(fields)].map((field) => ({ type: crossCheck.type, field }));
}

/** What is asked for beside a field, under its own name, as keys are; only where the field itself is asked for. */
export function needSelections(node: FieldNode, needs: Needs): SelectionNode[] {
  const conditions = (node.directives ?? []).filter(
    ({ name }) => name.value === 'skip' || name.value === 'include',
  );
  return (needs.get(node) ?? []).map((one) => selectionOf(one, conditions));
}

/** What tells whether records are those that arguments name. */
export function keySelections(identified: readonly Identified[]): SelectionNode[] {
  return identified.flatMap((one) => (one.isRow ? [] : [selectionOf(one, [])]));
}

function selectionOf({ type, field }: Need, directives: readonly DirectiveNode[]): SelectionNode {
  const selections = [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: field } } as const];
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    directives,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}
