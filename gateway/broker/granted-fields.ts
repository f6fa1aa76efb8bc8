import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { SharingIndex } from '../registry/index.ts';
import type { GrantId } from '../words.ts';
import type { Entitlement } from './guard/index.ts';
import { isVerify } from './marks.ts';
import { type Admitted, operationOf } from './operation/index.ts';

/** A response key of an answer with the counted grants by which it is given, whatever type the object has. */
export interface GrantedField {
  readonly key: string;
  readonly grants: ReadonlySet<GrantId>;
  readonly children: readonly GrantedField[];
}

interface Basis {
  readonly schema: GraphQLSchema;
  readonly index: SharingIndex;
  readonly entitlement: Entitlement;
}

/** Where in an answer each grant stands of which records are counted. Made once for a program. */
export function grantedFields(basis: Basis, admitted: Admitted): readonly GrantedField[] {
  const { schema } = basis;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of admitted.document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  type Parented = readonly [node: FieldNode, parent: GraphQLNamedType];

  const collect = (set: SelectionSetNode, parent: GraphQLNamedType): Parented[] =>
    set.selections.flatMap((one): Parented[] => {
      if (one.kind === Kind.FIELD) return [[one, parent]];
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value);
      const condition = inner?.typeCondition?.name.value;
      return inner ? collect(inner.selectionSet, (condition && schema.getType(condition)) || parent) : [];
    });
  /** Of what stands below a grant, the objects are counted too: they are kept whether or not they need one. */
  const compile = (nodes: readonly Parented[], isGiven: boolean): GrantedField[] => {
    const byKey = new Map<string, Parented[]>();
    for (const [node, parent] of nodes) {
      const key = node.alias?.value ?? node.name.value;
      byKey.set(key, [...(byKey.get(key) ?? []), [node, parent]]);
    }
    return [...byKey].flatMap(([key, same]) => {
      const grants = new Set(same.flatMap(([node, parent]) => grantsAt(basis, node, parent)));
      const children = compile(
        same.flatMap(([node, parent]) => {
          const type = typeOf(parent, node.name.value);
          return node.selectionSet && type ? collect(node.selectionSet, type) : [];
        }),
        isGiven || grants.size > 0,
      );
      const isObject = same.some(([node]) => node.selectionSet !== undefined);
      const isKept = grants.size > 0 || children.length > 0 || (isGiven && isObject);
      return isKept ? [{ key, grants, children }] : [];
    });
  };
  const operation = operationOf(admitted.document);
  const root = schema.getRootType(operation.operation);
  return root ? compile(collect(operation.selectionSet, root), false) : [];
}

function typeOf(parent: GraphQLNamedType, name: string): GraphQLNamedType | null {
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  return field ? getNamedType(field.type) : null;
}

/** The counted grants by which a field, or what it is computed from, is given. */
function grantsAt(
  { schema, index, entitlement }: Basis,
  node: FieldNode,
  parent: GraphQLNamedType,
): GrantId[] {
  const name = node.name.value;
  if (name.startsWith('__')) return [];
  const owners = [parent, ...(isAbstractType(parent) ? schema.getPossibleTypes(parent) : [])];
  const rules = owners.map((owner) => index.rule(`${owner.name}.${name}`));
  const action = isVerify(node) ? 'verify' : 'disclose';
  const decisions = [
    ...rules.map((rule) => entitlement.decide(rule, action)),
    ...rules.flatMap(({ requires }) => requires).map((source) => entitlement.decide(index.rule(source))),
  ];
  const grants = decisions.flatMap((one) => (one.effect === 'DENY' ? [] : one.grants));
  return grants.filter((one) => entitlement.quotas?.has(one));
}

/**
 * How many records of an answer each grant has given something of: every object that carries an item of the grant counts once, each time
 * that it stands in the answer. What an error stands for was not given.
 */
export function countRecords(
  fields: readonly GrantedField[],
  data: unknown,
  failed: readonly (readonly (string | number)[])[],
): ReadonlyMap<GrantId, number> {
  const counts = new Map<GrantId, number>();
  const failedPaths = new Set(failed.map((path) => JSON.stringify(path)));
  const add = (grant: GrantId, count: number): void => {
    counts.set(grant, (counts.get(grant) ?? 0) + count);
  };
  const visit = (
    value: unknown,
    of: readonly GrantedField[],
    path: readonly (string | number)[],
    above: ReadonlySet<GrantId>,
  ): void => {
    if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) visit(one, of, [...path, index], above);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const here = new Set<GrantId>();
    for (const { key, grants, children } of of) {
      const inner: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
      if (inner === undefined) continue;
      const at = [...path, key];
      const isFailed = inner === null && failedPaths.has(JSON.stringify(at));
      if (!isFailed) for (const grant of grants) here.add(grant);
      visit(inner, children, at, new Set([...above, ...grants]));
    }
    for (const grant of here) add(grant, 1);
    // An object that stands in a list below what a grant gives is a record given by it, also where its own fields need no grant.
    const isListed = typeof path.at(-1) === 'number';
    if (isListed) for (const grant of above) if (!here.has(grant)) add(grant, 1);
  };
  visit(data, fields, [], new Set());
  return counts;
}
