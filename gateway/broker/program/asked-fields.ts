import type { FetchNode } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { fragmentsOf, isIncluded } from '../operation/index.ts';
import { askedOfEntities, operationIn } from './request.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A field that is asked of an entity. */
export interface AskedField {
  readonly key: string;
  readonly name: string;
  /** The types under whose conditions it stands, outermost first. */
  readonly types: readonly string[];
  /** Does that depend on `@skip` or `@include`? */
  readonly isConditional: boolean;
  /** Is it asked with these values of `@skip` and `@include`? */
  isAsked(variables: Variables): boolean;
}

/** The fields at the top of what a fetch asks of entities (or of the root), fragments included. */
export function askedFields(document: DocumentNode, top = askedOfEntities(document)): AskedField[] {
  const asked: AskedField[] = [];
  const fragments = fragmentsOf(document);
  const walk = (set: SelectionSetNode, types: readonly string[], above: readonly SelectionNode[]): void => {
    for (const one of set.selections) {
      const here = [...above, one];
      if (one.kind === Kind.INLINE_FRAGMENT)
        walk(one.selectionSet, withType(types, one.typeCondition?.name.value), here);
      else if (one.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(one.name.value);
        if (fragment) walk(fragment.selectionSet, withType(types, fragment.typeCondition.name.value), here);
      } else {
        const isAsked = (variables: Variables): boolean => here.every((each) => isIncluded(each, variables));
        const isConditional = here.some(({ directives = [] }) => directives.length > 0);
        const key = one.alias?.value ?? one.name.value;
        asked.push({ key, name: one.name.value, types, isConditional, isAsked });
      }
    }
  };
  walk(top, [], []);
  return asked;
}

/**
 * Does a fetch ask for any value with these values of `@skip` and `@include`? Who is asked for nothing is not told of whom.
 * An object's type is a value only where no other provider knows it.
 */
export function asksAnything(asked: readonly AskedField[]): (variables: Variables) => boolean {
  const values = asked.filter(({ name }) => name !== '__typename');
  if (values.length === 0 || values.some((one) => !one.isConditional)) return () => true;
  return (variables) => values.some((one) => one.isAsked(variables));
}

/** The same fetch without some of the keys that it asks of entities; null where nothing is left. */
export function withoutKeys(
  node: FetchNode,
  document: DocumentNode,
  keys: ReadonlySet<string>,
): FetchNode | null {
  const fragments = fragmentsOf(document);
  const trim = (set: SelectionSetNode): SelectionSetNode | null => {
    const selections = set.selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FIELD) return keys.has(one.alias?.value ?? one.name.value) ? [] : [one];
      const fragment = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value) : one;
      const inner = fragment && trim(fragment.selectionSet);
      if (!fragment || !inner) return [];
      const { typeCondition } = fragment;
      const directives: readonly DirectiveNode[] = one.directives ?? [];
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          ...(typeCondition && { typeCondition }),
          directives,
          selectionSet: inner,
        },
      ];
    });
    return selections.length > 0 ? { ...set, selections } : null;
  };
  const operation = operationIn(document);
  const [entities] = operation.selectionSet.selections;
  const left = trim(askedOfEntities(document));
  if (entities?.kind !== Kind.FIELD || !left) return null;
  const selectionSet = { ...operation.selectionSet, selections: [{ ...entities, selectionSet: left }] };
  const { variables, spreads } = namesBelow(selectionSet, fragments);
  const definitions = (operation.variableDefinitions ?? []).filter((one) =>
    variables.has(one.variable.name.value),
  );
  const trimmed = { ...operation, selectionSet, variableDefinitions: definitions };
  const parts = [trimmed, ...[...fragments.values()].filter((one) => spreads.has(one.name.value))];
  return {
    ...node,
    operation: stripIgnoredCharacters(parts.map((one) => print(one)).join(' ')),
    variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
  };
}

/** The variables and fragments that a selection uses. */
function namesBelow(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { readonly variables: ReadonlySet<string>; readonly spreads: ReadonlySet<string> } {
  const variables = new Set<string>();
  const spreads = new Set<string>();
  const walk = (from: SelectionSetNode | FragmentDefinitionNode): void => {
    visit(from, {
      enter(node) {
        if (node.kind === Kind.VARIABLE) variables.add(node.name.value);
        if (node.kind !== Kind.FRAGMENT_SPREAD) return;
        const name = node.name.value;
        const fragment = spreads.has(name) ? undefined : fragments.get(name);
        spreads.add(name);
        if (fragment) walk(fragment);
      },
    });
  };
  walk(set);
  return { variables, spreads };
}

function withType(types: readonly string[], type: string | undefined): readonly string[] {
  return type === undefined ? types : [...types, type];
}
