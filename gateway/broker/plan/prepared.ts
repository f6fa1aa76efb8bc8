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
} from 'graphql';

/** The fields that a field of a type requires in a subgraph, by `subgraph Type.field`. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Does a plan give every field that it asks for what that field requires? The planner errs where a requirement has a
 * requirement of its own: it may ask for the former before the latter is there, and a provider would compute from nothing.
 */
export function isPrepared(plan: QueryPlan, schema: GraphQLSchema, needs: Needs): boolean {
  const { node } = plan;
  return !node || node.kind === 'Subscription' || fetchesOf(node).every((one) => isGiven(one, schema, needs));
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

function isGiven(node: FetchNode, schema: GraphQLSchema, needs: Needs): boolean {
  const document = parse(node.operation, { noLocation: true });
  const given = namesOf(node.requires ?? []);
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  /** `isEntity`: the fields are those of the objects that were sent, and not of others below them. */
  const check = (set: SelectionSetNode, type: GraphQLNamedType | undefined, isEntity: boolean): boolean =>
    set.selections.every((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(one.name.value);
        const condition = fragment && schema.getType(fragment.typeCondition.name.value);
        return !fragment || check(fragment.selectionSet, condition, isEntity);
      }
      if (one.kind === Kind.INLINE_FRAGMENT) {
        const condition = one.typeCondition ? schema.getType(one.typeCondition.name.value) : type;
        return check(one.selectionSet, condition, isEntity);
      }
      const needed = needs.get(`${node.serviceName} ${type?.name}.${one.name.value}`);
      if (needed && !(isEntity && [...needed].every((name) => given.has(name)))) return false;
      const field =
        isObjectType(type) || isInterfaceType(type) ? type.getFields()[one.name.value] : undefined;
      return !one.selectionSet || check(one.selectionSet, field && getNamedType(field.type), false);
    });
  return document.definitions.every((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return true;
    const [entities] = one.selectionSet.selections;
    return node.requires && entities?.kind === Kind.FIELD && entities.selectionSet
      ? check(entities.selectionSet, undefined, true)
      : check(one.selectionSet, schema.getRootType(one.operation) ?? undefined, false);
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
