import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { askedOfEntities, askedSet } from '../program/request.ts';
import { runNodeOf, type Task, tasksOf } from '../program/tasks.ts';

/** What one fetch of a plan hands to a provider besides the consumer's own words. */
export interface Carried {
  readonly subgraph: string;
  /** Keys of the answer that lead to the objects which are spoken of, lists left out. */
  readonly path: readonly string[];
  /** Coordinates of all that stands in its representations, keys and requirements; of an interface also of all that implement it. */
  readonly items: readonly string[];
  /** It sends along what arguments take from the context, as its fields declare it. */
  readonly takesContext: boolean;
  /** Every field that it is to bring. */
  readonly asked: readonly Asked[];
  /** The fetches that wait for this one, however far. */
  readonly before: readonly Carried[];
}

/** One field with the keys that lead to it from the objects which are spoken of. */
export interface Asked {
  readonly type: string;
  readonly field: string;
  readonly keys: readonly string[];
}

/** What is known of the types of a supergraph, those included that consumers may not see. */
export interface KnownTypes {
  readonly types: GraphQLSchema;
  /** Name of the object, interface or union that a field leads to; undefined for a leaf. */
  typeOf(coordinate: string): string | undefined;
}

/** Everything that the fetches of a plan hand on. Throws when a plan names what the supergraph does not have. */
export function carriedBy(plan: QueryPlan, known: KnownTypes): Carried[] {
  const node = runNodeOf(plan);
  const tasks = node ? tasksOf(node) : [];
  const made = new Map<Task, Carried & { before: Carried[] }>();
  for (const task of tasks) made.set(task, carriedByTask(task, known));
  for (const [task, carried] of made)
    for (const earlier of earlierThan(task)) made.get(earlier)?.before.push(carried);
  return [...made.values()].filter(({ items, asked }) => items.length + asked.length > 0);
}

function earlierThan({ after }: Task): Set<Task> {
  const found = new Set<Task>();
  const visit = (tasks: ReadonlySet<Task>): void => {
    for (const one of tasks) {
      if (found.has(one)) continue;
      found.add(one);
      visit(one.after);
    }
  };
  visit(after);
  return found;
}

function carriedByTask({ node, path }: Task, known: KnownTypes): Carried & { before: Carried[] } {
  const items = new Set<string>();
  const note = (type: string, field: string): void => {
    for (const one of [type, ...narrower(known.types, type)]) items.add(`${one}.${field}`);
  };
  noteSelections(node.requires ?? [], null, known, note);
  return {
    subgraph: node.serviceName,
    path: path.map(String).filter((step) => step !== '@'),
    items: [...items],
    takesContext: (node.contextRewrites ?? []).length > 0,
    asked: askedBy(node, known),
    before: [],
  };
}

type Note = (type: string, field: string) => void;

function noteSelections(
  selections: readonly QueryPlanSelectionNode[],
  type: string | null,
  known: KnownTypes,
  note: Note,
): void {
  for (const one of selections) {
    if (one.kind === 'InlineFragment') noteSelections(one.selections, one.typeCondition ?? type, known, note);
    else if (one.name !== '__typename') {
      if (type === null) throw new Error(`a representation of no type has ${one.name}`);
      note(type, one.name);
      if (one.selections) noteSelections(one.selections, typeBelow(known, type, one.name), known, note);
    }
  }
}

function typeBelow({ typeOf }: KnownTypes, type: string, field: string): string {
  const found = typeOf(`${type}.${field}`);
  if (found === undefined) throw new Error(`nothing is below ${type}.${field}`);
  return found;
}

/** What implements an interface. A union has no fields of its own. */
export function narrower(types: GraphQLSchema, name: string): string[] {
  const type = types.getType(name);
  if (!isInterfaceType(type)) return [];
  const { interfaces, objects } = types.getImplementations(type);
  return [...interfaces, ...objects].map((one) => one.name);
}

/** Can an object be of both types? */
export function overlap(types: GraphQLSchema, a: string, b: string): boolean {
  const namesOf = (name: string): string[] => {
    const type = types.getType(name);
    return isAbstractType(type) ? types.getPossibleTypes(type).map((one) => one.name) : [name];
  };
  const names = new Set(namesOf(a));
  return namesOf(b).some((one) => names.has(one));
}

function askedBy(node: FetchNode, known: KnownTypes): Asked[] {
  const document = parse(node.operation, { noLocation: true });
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const found: Asked[] = [];
  const visit = (set: SelectionSetNode, type: string | undefined, above: readonly string[]): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.INLINE_FRAGMENT)
        visit(one.selectionSet, one.typeCondition?.name.value ?? type, above);
      else if (one.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(one.name.value);
        if (fragment) visit(fragment.selectionSet, fragment.typeCondition.name.value, above);
      } else if (one.name.value !== '__typename') {
        const field = one.name.value;
        if (type === undefined) throw new Error(`${field} is asked of no type`);
        const keys = [...above, one.alias?.value ?? field];
        found.push({ type, field, keys });
        if (one.selectionSet) visit(one.selectionSet, known.typeOf(`${type}.${field}`), keys);
      }
    }
  };
  if (node.requires) visit(askedOfEntities(document), undefined, []);
  else visit(askedSet(document), ROOTS[node.operationKind], []);
  return found;
}

/** A supergraph's root types have these names, whatever subgraphs call theirs. */
const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
