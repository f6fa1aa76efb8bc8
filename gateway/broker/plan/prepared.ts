import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Requirement } from './requirements.ts';

/** The fields that a field of a type requires in a subgraph, by `subgraph Type.field`. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** What a subgraph has of the objects that a field leads to, though it is another's (`@provides`), by `subgraph Type.field`. */
export type Provided = ReadonlyMap<string, SelectionSetNode>;

/** Where fields come from, by the supergraph. */
export interface Sources {
  readonly needs: Needs;
  readonly provided: Provided;
}

export function providedIn(requirements: readonly Requirement[]): Provided {
  return new Map(
    requirements.flatMap(({ kind, subgraph, type, field, fieldSet }) =>
      kind === 'provides' ? [[`${subgraph} ${type}.${field}`, selectionSetOf(fieldSet)] as const] : [],
    ),
  );
}

/**
 * Does a plan give every field that it asks for what that field requires? The planner errs where a requirement has a
 * requirement of its own: it may ask for the former before the latter is there, and a provider would compute from nothing.
 */
export function isPrepared(plan: QueryPlan, schema: GraphQLSchema, sources: Sources): boolean {
  const { node } = plan;
  return (
    !node || node.kind === 'Subscription' || fetchesOf(node).every((one) => isGiven(one, schema, sources))
  );
}

function fetchesOf(node: PlanNode): FetchNode[] {
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Parallel':
    case 'Sequence':
      return node.nodes.flatMap(fetchesOf);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((one) => (one ? fetchesOf(one) : []));
    default:
      return [];
  }
}

function isGiven(node: FetchNode, schema: GraphQLSchema, { needs, provided }: Sources): boolean {
  const document = parse(node.operation, { noLocation: true });
  const given = namesOf(node.requires ?? []);
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  /** `had`: the names of what the subgraph has of the objects, though it is another's: it was sent, or it provides it. */
  const check = (
    set: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    had: ReadonlySet<string>,
    below: readonly SelectionSetNode[],
  ): boolean =>
    set.selections.every((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(one.name.value);
        const condition = fragment && schema.getType(fragment.typeCondition.name.value);
        return !fragment || check(fragment.selectionSet, condition, had, below);
      }
      if (one.kind === Kind.INLINE_FRAGMENT) {
        const condition = one.typeCondition ? schema.getType(one.typeCondition.name.value) : type;
        return check(one.selectionSet, condition, had, below);
      }
      const needed = needs.get(`${node.serviceName} ${type?.name}.${one.name.value}`);
      if (needed && ![...needed].every((name) => had.has(name))) return false;
      const field =
        isObjectType(type) || isInterfaceType(type) ? type.getFields()[one.name.value] : undefined;
      if (!one.selectionSet) return true;
      const own = provided.get(`${node.serviceName} ${type?.name}.${one.name.value}`);
      const sets = [...(own ? [own] : []), ...below.flatMap((each) => setsUnder(each, one.name.value))];
      return check(one.selectionSet, field && getNamedType(field.type), namesIn(sets), sets);
    });
  return document.definitions.every((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return true;
    const [entities] = one.selectionSet.selections;
    return node.requires && entities?.kind === Kind.FIELD && entities.selectionSet
      ? check(entities.selectionSet, undefined, given, [])
      : check(one.selectionSet, schema.getRootType(one.operation) ?? undefined, new Set(), []);
  });
}

function namesOf(selections: readonly QueryPlanSelectionNode[]): Set<string> {
  const names = new Set<string>();
  const collect = (one: QueryPlanSelectionNode): void => {
    if (one.kind === 'Field') names.add(one.name);
    for (const inner of one.selections ?? []) collect(inner);
  };
  for (const one of selections) collect(one);
  return names;
}

function selectionSetOf(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('not a field set');
  return definition.selectionSet;
}

/** What a field set selects below a field, through fragments. */
function setsUnder(set: SelectionSetNode, name: string): SelectionSetNode[] {
  return set.selections.flatMap((one) => {
    if (one.kind === Kind.FRAGMENT_SPREAD || !one.selectionSet) return [];
    if (one.kind === Kind.INLINE_FRAGMENT) return setsUnder(one.selectionSet, name);
    return one.name.value === name ? [one.selectionSet] : [];
  });
}

function namesIn(sets: readonly SelectionSetNode[]): Set<string> {
  const names = new Set<string>();
  for (const set of sets)
    visit(set, {
      enter(node) {
        if (node.kind === Kind.FIELD) names.add(node.name.value);
      },
    });
  return names;
}
