import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { parseFieldSet } from '../../field-set.ts';
import type { Needs } from './prepared.ts';

/**
 * The planner takes fields of one name for the same field, whatever their arguments are. So when a provider requires
 * `price(currency: "EUR")`, it would be given what the consumer asked, `price(currency: "USD")`, or what another requires.
 * For the planner, a required field with arguments is therefore a field of its own, without arguments; in its plans the
 * field stands again as it was required, under an alias.
 */
export interface FixedArguments {
  readonly supergraph: DocumentNode;
  readonly needs: Needs;
  /** A plan over that supergraph, in the fields that providers know. */
  restore(plan: QueryPlan): QueryPlan;
}

/** What a made-up field stands for. */
type Fixed = Pick<FieldNode, 'name' | 'arguments'>;
type TypeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function fixArguments(supergraph: DocumentNode): FixedArguments {
  const made = new MadeFields(supergraph);
  const rewritten = made.rewrite(supergraph);
  const { needs } = made;
  if (made.fixed.size === 0) return { supergraph, needs, restore: (plan) => plan };
  return { supergraph: rewritten, needs, restore: (plan) => restorePlan(plan, made) };
}

class MadeFields {
  /** By the name that was made up. */
  readonly fixed = new Map<string, Fixed>();
  /** The fields that a field of a type requires in a subgraph, by `graph Type.field`. */
  readonly needs = new Map<string, ReadonlySet<string>>();
  readonly #types = new Map<string, TypeNode>();
  readonly #added = new Map<string, Map<string, FieldDefinitionNode>>();
  readonly #graphs = new Map<string, string>();

  constructor(document: DocumentNode) {
    for (const one of document.definitions) {
      if (isType(one)) this.#types.set(one.name.value, one);
      if (one.kind !== Kind.ENUM_TYPE_DEFINITION || one.name.value !== 'join__Graph') continue;
      for (const value of one.values ?? []) {
        const name = textOf(value.directives?.[0], 'name');
        if (name !== undefined) this.#graphs.set(value.name.value, name);
      }
    }
  }

  /** The name by which providers know a field. */
  realName(name: string): string {
    return this.fixed.get(name)?.name.value ?? name;
  }

  /** Is a field of this name required with different arguments, or with and without? */
  isContested(name: string): boolean {
    const real = this.realName(name);
    return [...this.fixed.values()].some((one) => one.name.value === real);
  }

  rewrite(document: DocumentNode): DocumentNode {
    const rewritten = visit(document, {
      FieldDefinition: (field, _key, _parent, _path, ancestors) => {
        const type = ancestors.findLast((one) => !Array.isArray(one) && 'kind' in one && isType(one));
        if (!type || Array.isArray(type) || !('kind' in type) || !isType(type)) return undefined;
        const directives = field.directives?.map((one) => this.#fix(one, type, field.name.value));
        return { ...field, ...(directives && { directives }) };
      },
    });
    const definitions = rewritten.definitions.map((one): DefinitionNode => {
      const added = isType(one) ? this.#added.get(one.name.value) : undefined;
      return isType(one) && added ? { ...one, fields: [...(one.fields ?? []), ...added.values()] } : one;
    });
    return { ...rewritten, definitions };
  }

  #fix(directive: ConstDirectiveNode, type: TypeNode, field: string): ConstDirectiveNode {
    const requires = textOf(directive, 'requires');
    if (directive.name.value !== 'join__field' || requires === undefined) return directive;
    const used = new Set<string>();
    const set = this.#fixSet(parseFieldSet(requires), type, used);
    const graph = directive.arguments?.find((one) => one.name.value === 'graph')?.value;
    const name = graph?.kind === Kind.ENUM ? this.#graphs.get(graph.value) : undefined;
    this.needs.set(`${name} ${type.name.value}.${field}`, used);
    const value = stripIgnoredCharacters(print(set)).slice(1, -1);
    return {
      ...directive,
      arguments: (directive.arguments ?? []).map((one) =>
        one.name.value === 'requires' ? { ...one, value: { kind: Kind.STRING, value } } : one,
      ),
    };
  }

  #fixSet(set: SelectionSetNode, type: TypeNode, used: Set<string>): SelectionSetNode {
    const selections = set.selections.map((one): SelectionNode => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return one;
      if (one.kind === Kind.INLINE_FRAGMENT) {
        const inner = this.#types.get(one.typeCondition?.name.value ?? '') ?? type;
        return { ...one, selectionSet: this.#fixSet(one.selectionSet, inner, used) };
      }
      const definition = type.fields?.find((field) => field.name.value === one.name.value);
      const target = definition && this.#types.get(namedType(definition));
      const below = one.selectionSet && target && this.#fixSet(one.selectionSet, target, used);
      const kept = { ...one, ...(below && { selectionSet: below }) };
      if (!definition || (one.arguments ?? []).length === 0) {
        used.add(one.name.value);
        return kept;
      }
      const name = this.#make(one, definition, type);
      used.add(name);
      return { ...kept, name: { kind: Kind.NAME, value: name }, arguments: [] };
    });
    return { ...set, selections };
  }

  #make(node: FieldNode, definition: FieldDefinitionNode, type: TypeNode): string {
    const text = textOfField(node);
    let name = [...this.fixed].find(([, one]) => textOfField(one) === text)?.[0];
    if (name === undefined) {
      name = `${node.name.value}__fixed${this.fixed.size}`;
      this.fixed.set(name, { name: node.name, arguments: node.arguments ?? [] });
    }
    const owners = [type, ...[...this.#types.values()].filter((one) => implementsType(one, type))];
    for (const owner of owners) {
      const own = owner.fields?.find((one) => one.name.value === definition.name.value);
      const added = this.#added.get(owner.name.value) ?? new Map<string, FieldDefinitionNode>();
      this.#added.set(owner.name.value, added);
      if (own) added.set(name, { ...own, name: { kind: Kind.NAME, value: name }, arguments: [] });
    }
    return name;
  }
}

function restorePlan(plan: QueryPlan, made: MadeFields): QueryPlan {
  const { node } = plan;
  if (!node || node.kind === 'Subscription') return plan;
  return { ...plan, node: restoreNode(node, made) };
}

function restoreNode(node: PlanNode, made: MadeFields): PlanNode {
  switch (node.kind) {
    case 'Fetch': {
      const parts = splitFetch(node, made).map((one) => restoreFetch(one, made));
      return parts.length === 1 && parts[0] ? parts[0] : { kind: 'Parallel', nodes: parts };
    }
    case 'Flatten':
      return { ...node, node: restoreNode(node.node, made) };
    case 'Parallel':
    case 'Sequence':
      return { ...node, nodes: node.nodes.map((one) => restoreNode(one, made)) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: restoreNode(node.ifClause, made) }),
        ...(node.elseClause && { elseClause: restoreNode(node.elseClause, made) }),
      };
    default:
      return node;
  }
}

function restoreFetch(node: FetchNode, made: MadeFields): FetchNode {
  const document = visit(parse(node.operation, { noLocation: true }), {
    Field(field) {
      const fixed = made.fixed.get(field.name.value);
      return fixed ? { ...field, ...fixed, alias: field.alias ?? field.name } : undefined;
    },
  });
  const requires = node.requires?.map((one) => restoreSelection(one, made));
  return { ...node, operation: stripIgnoredCharacters(print(document)), ...(requires && { requires }) };
}

/** `alias` is where the value stands in the answer, `name` what the provider calls it. */
function restoreSelection(selection: QueryPlanSelectionNode, made: MadeFields): QueryPlanSelectionNode {
  const selections = selection.selections?.map((one) => restoreSelection(one, made));
  if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] };
  const fixed = made.fixed.get(selection.name);
  return {
    ...selection,
    ...(fixed && { name: fixed.name.value, alias: selection.name }),
    ...(selections && { selections }),
  };
}

/** A representation has one value for each name: what is computed from different ones is asked in fetches of its own. */
function splitFetch(node: FetchNode, made: MadeFields): FetchNode[] {
  if (!node.requires) return [node];
  const document = parse(node.operation, { noLocation: true });
  const groups: Set<string>[] = [];
  const groupOf = (type: string, field: string): number => {
    const needed = made.needs.get(`${node.serviceName} ${type}.${field}`) ?? new Set<string>();
    const found = groups.findIndex((one) => !conflict(one, needed, made));
    const index = found < 0 ? groups.push(new Set()) - 1 : found;
    for (const name of needed) groups[index]?.add(name);
    return index;
  };
  const placed = new Map<FieldNode, number>();
  visitEntityFields(document, (type, field) => placed.set(field, groupOf(type, field.name.value)));
  if (groups.length < 2) return [node];
  return groups.map((names, index): FetchNode => {
    const own = visit(document, {
      enter: (one) => (one.kind === Kind.FIELD && (placed.get(one) ?? index) !== index ? null : undefined),
      leave: (one) =>
        one.kind === Kind.INLINE_FRAGMENT && one.selectionSet.selections.length === 0 ? null : undefined,
    });
    const keeps = (one: QueryPlanSelectionNode): boolean =>
      one.kind === 'InlineFragment' || !made.isContested(one.name) || names.has(one.name);
    const trim = (selections: readonly QueryPlanSelectionNode[]): QueryPlanSelectionNode[] =>
      selections.filter(keeps).flatMap((one) => {
        if (!one.selections) return [one];
        const inner = trim(one.selections);
        return inner.length > 0 ? [{ ...one, selections: inner }] : [];
      });
    return { ...node, operation: print(own), requires: trim(node.requires ?? []) };
  });
}

function conflict(names: ReadonlySet<string>, added: ReadonlySet<string>, made: MadeFields): boolean {
  const contested = [...added].filter((one) => made.isContested(one));
  return contested.some((one) =>
    [...names].some((other) => one !== other && made.realName(one) === made.realName(other)),
  );
}

/** The fields that a fetch of entities asks of each type, through nested fragments. */
function visitEntityFields(document: DocumentNode, see: (type: string, field: FieldNode) => void): void {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const walk = (set: SelectionSetNode, type: string): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) see(type, one);
      else if (one.kind === Kind.INLINE_FRAGMENT)
        walk(one.selectionSet, one.typeCondition?.name.value ?? type);
      else {
        const fragment = fragments.get(one.name.value);
        if (fragment) walk(fragment.selectionSet, fragment.typeCondition.name.value);
      }
    }
  };
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const root of one.selectionSet.selections)
      if (root.kind === Kind.FIELD && root.selectionSet) walk(root.selectionSet, '');
  }
}

function isType(node: { readonly kind: string }): node is TypeNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function implementsType(one: TypeNode, type: TypeNode): boolean {
  return (one.interfaces ?? []).some((each) => each.name.value === type.name.value);
}

function textOfField({ name, arguments: args = [] }: Fixed): string {
  return print({ kind: Kind.FIELD, name, arguments: args });
}

function namedType(definition: FieldDefinitionNode): string {
  let { type } = definition;
  while (type.kind !== Kind.NAMED_TYPE) ({ type } = type);
  return type.name.value;
}

function textOf(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = directive?.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
