import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { MaskRule } from '../../words.ts';
import { type CrossCheck, crossCheckOf, isCrossCheck, isVerify } from '../marks.ts';
import { operationOf } from '../operation/index.ts';
import type { Denial } from '../shape/decisions.ts';
import { decideCheck, decideField, decideInput } from './decide.ts';
import { type Identified, identifiedBy } from './identified.ts';
import { collectLiteral } from './inputs.ts';
import type { Judge, Judged, Verdict } from './judge.ts';
import { keyNeeds, type Need, type Needs, needsOf, subjectNeeds } from './needs.ts';
import { decideSourcesAsked, denialOfSending, recipientsOf } from './received.ts';
import type { RowScope } from './scope.ts';

/** What the guard decided of an operation, by the field nodes of its document. */
export interface Guarding {
  readonly denied: ReadonlyMap<FieldNode, Denial>;
  /** Masks by the object type that the field is read from. */
  readonly masks: ReadonlyMap<FieldNode, ReadonlyMap<string, MaskRule>>;
  /** Values of an enumeration that may not be shown. */
  readonly deniedValues: ReadonlyMap<FieldNode, ReadonlyMap<string, Denial>>;
  /** Scopes by the object type that the field is read from. */
  readonly scopes: ReadonlyMap<FieldNode, ReadonlyMap<string, readonly RowScope[]>>;
  /** Fields that are only checked: by object type, the field that names the record's subject. */
  readonly checks: ReadonlyMap<FieldNode, ReadonlyMap<string, string>>;
  /** What arguments say of the records that a field brings. */
  readonly identified: ReadonlyMap<FieldNode, readonly Identified[]>;
  /** Fields whose sources are compared. */
  readonly crossChecks: ReadonlyMap<FieldNode, CrossCheck>;
  /** What the gateway needs of an object besides what is asked, where these fields are asked of it. */
  readonly needs: Needs;
  /** Every coordinate that was asked for, once, with its decision. */
  readonly decisions: readonly Judged[];
}

/**
 * Decides on every field, argument, input field and enum value of an operation.
 * `deniedVariables` are variables of which this request's value uses something that is denied; `notSent` are fields for which
 * a provider would have to be sent what it may not have.
 */
export function guardOperation(
  judge: Judge,
  document: DocumentNode,
  deniedVariables: ReadonlyMap<string, Denial>,
  notSent: ReadonlyMap<FieldNode, Denial> = new Map(),
): Guarding {
  const operation = operationOf(document);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const denied = new Map<FieldNode, Denial>();
  const masks = new Map<FieldNode, ReadonlyMap<string, MaskRule>>();
  const deniedValues = new Map<FieldNode, ReadonlyMap<string, Denial>>();
  const scopes = new Map<FieldNode, ReadonlyMap<string, readonly RowScope[]>>();
  const checks = new Map<FieldNode, ReadonlyMap<string, string>>();
  const crossChecks = new Map<FieldNode, CrossCheck>();
  const identified = new Map<FieldNode, readonly Identified[]>();
  const needs = new Map<FieldNode, readonly Need[]>();
  const decisions = new Map<string, Judged>();
  const visited = new Set<string>();
  const note = <T extends Pick<Verdict, 'decisions'>>(verdict: T): T => {
    for (const judged of verdict.decisions)
      decisions.set(
        `${judged.coordinate} ${judged.action ?? ''} ${judged.recipient?.subgraph ?? ''}`,
        judged,
      );
    return verdict;
  };

  const guardSet = (set: SelectionSetNode, parent: GraphQLNamedType): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) guardField(selection, parent);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        guardSet(selection.selectionSet, condition === undefined ? parent : typeNamed(condition));
      } else guardFragment(selection.name.value);
    }
  };

  const guardFragment = (name: string): void => {
    const fragment = fragments.get(name);
    if (!fragment || visited.has(name)) return;
    visited.add(name);
    guardSet(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value));
  };

  const guardField = (node: FieldNode, parent: GraphQLNamedType): void => {
    const name = node.name.value;
    if (name.startsWith('__')) return; // __typename, __schema, __type: the catalogue is public.
    const field = fieldOf(parent, name);
    if (!field)
      throw new Error(`${parent.name}.${name} is not in the schema, although the operation was validated`);
    const unsendable = notSent.get(node);
    if (unsendable) {
      const { coordinate } = judge.index.rule(`${parent.name}.${name}`);
      const decision = { effect: 'DENY', code: unsendable.code, policies: ['recipient'] } as const;
      decisions.set(`${coordinate} recipient`, { coordinate, decision });
      denied.set(node, unsendable);
      return;
    }
    const type = getNamedType(field.type);
    const check = isVerify(node) ? decideCheck(judge, parent, name, type) : null;
    const verdict = note(check?.verdict ?? decideField(judge, parent, name, type));
    const compared = isCrossCheck(node)
      ? decideSourcesAsked(judge, crossCheckOf(judge.index, parent.name, name))
      : null;
    if (compared) note(compared);
    const unasked = compared?.refused && denialOfSending(judge, compared.refused, `${parent.name}.${name}`);
    const refusal = verdict.denied ?? guardInputs(node, parent, field) ?? unasked ?? null;
    if (refusal) {
      denied.set(node, refusal);
      return; // Nothing below a denied field is asked for.
    }
    if (verdict.masks.size > 0) masks.set(node, verdict.masks);
    if (verdict.scopes.size > 0) scopes.set(node, verdict.scopes);
    if (check) checks.set(node, check.subjects);
    const named = identifiedBy(judge, node, parent, field);
    if (named.length > 0) identified.set(node, named);
    const crossCheck = compared?.crossCheck ?? null;
    if (crossCheck) crossChecks.set(node, crossCheck);
    const needed = [...needsOf(verdict.scopes), ...subjectNeeds(check?.subjects), ...keyNeeds(crossCheck)];
    if (needed.length > 0) needs.set(node, needed);
    if (isEnumType(type)) {
      const values = new Map<string, Denial>();
      for (const value of type.getValues()) {
        const { denied: refused } = decideInput(judge, `${type.name}.${value.name}`);
        if (refused) values.set(value.name, refused);
      }
      if (values.size > 0) deniedValues.set(node, values);
    }
    if (node.selectionSet) guardSet(node.selectionSet, type);
  };

  const guardInputs = (
    node: FieldNode,
    parent: GraphQLNamedType,
    field: GraphQLField<unknown, unknown>,
  ): Denial | null => {
    const used = { coordinates: new Set<string>(), variables: new Set<string>() };
    const owners = ownersOf(judge, parent);
    const recipients = () =>
      recipientsOf(
        judge,
        owners.map((owner) => `${owner}.${field.name}`),
      );
    for (const argument of node.arguments ?? []) {
      const definition = field.args.find((one) => one.name === argument.name.value);
      if (definition) collectLiteral(definition.type, argument.value, used);
      for (const owner of owners) used.coordinates.add(`${owner}.${field.name}(${argument.name.value}:)`);
    }
    for (const coordinate of used.coordinates) {
      const verdict = note(decideInput(judge, coordinate, recipients));
      if (verdict.denied) return verdict.denied;
    }
    for (const variable of used.variables) {
      const refusal = deniedVariables.get(variable);
      if (refusal) return refusal;
    }
    return null;
  };

  const typeNamed = (name: string): GraphQLNamedType => {
    const type = judge.schema.getType(name);
    if (!type) throw new Error(`type ${name} is not in the schema, although the operation was validated`);
    return type;
  };

  const root = judge.schema.getRootType(operation.operation);
  if (!root)
    throw new Error(`the schema has no ${operation.operation} type, although the operation was validated`);
  guardSet(operation.selectionSet, root);
  return {
    denied,
    masks,
    deniedValues,
    scopes,
    checks,
    crossChecks,
    identified,
    needs,
    decisions: [...decisions.values()],
  };
}

function fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** The type itself and, of an interface, everything that implements it. */
export function ownersOf(judge: Pick<Judge, 'schema'>, parent: GraphQLNamedType): string[] {
  const implementations = isInterfaceType(parent) ? judge.schema.getPossibleTypes(parent) : [];
  return [parent.name, ...implementations.map((one) => one.name)];
}
