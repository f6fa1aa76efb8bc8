import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { Failure } from '../../errors.ts';
import type { MaskRule } from '../../words.ts';
import type { Check, Compared } from '../findings.ts';
import type { Identified } from '../guard/identified.ts';
import type { Behind, Subjects } from '../guard/subjects.ts';
import { fragmentsOf, operationOf } from '../operation/index.ts';
import { ownKey } from '../own-key.ts';
import type { Paging } from '../paging/shapes.ts';
import {
  failureOf,
  isJsonObject,
  type JsonObject,
  type Loss,
  lossOf,
  UNKNOWN_THERE,
} from '../program/record.ts';
import { type Agrees, compileAgrees } from './agreeing.ts';
import { compileBehind, type NoteBehind } from './behind.ts';
import { checkField } from './checked.ts';
import { type Conditions, collectFields } from './collect.ts';
import { comparedField, type ToCompare } from './compared.ts';
import type { Denial, Guarded } from './decisions.ts';
import { Explained } from './explained.ts';
import { countOf } from './failure-list.ts';
import { INVALID, leafCheck } from './leaf.ts';
import { type Parties, type RecordScope, withinScopes } from './scoped.ts';
import { compileSubjects, type NoteSubjects } from './subject-of.ts';

/** What one answer's shaping carries along. */
export interface Shaping {
  readonly failures: Failure[];
  /** Errors that providers reported, by path: a null there is explained already. */
  readonly reported: readonly Failure[];
  onSubject(value: unknown): void;
  /** Items of the outermost lists, and objects at the root, that are given: what a person would call the rows. */
  listed: number;
  roots: number;
  /** Coordinates of which a value is given, or the provider's null; often more than once. */
  readonly given: string[];
  /** Who is a subject of the matter, for scopes that ask it; and paths at which a record was out of scope. */
  readonly parties?: Parties;
  readonly outOfScope?: (readonly (string | number)[])[];
  /** For checks of values: the request's variables, and what has to be compared. */
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly checks?: Check[];
  /** For comparing sources: the objects to compare on a first pass, what was found on the second. */
  readonly toCompare?: ToCompare[];
  readonly compared?: Compared[];
}

/** Shapes merged data to the answer of the consumer's operation; null when a null propagated to the root. */
export type Shaper = (data: JsonObject, shaping: Shaping) => JsonObject | null;

export interface ShaperInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly guarded: Guarded;
  /** By object type, the fields that say whom an object is about; they come whatever was selected. */
  readonly subjects: Subjects;
  /** By type of a page or of its rows, what leads to the records in it; they come whatever was selected. */
  readonly behind: Behind;
  readonly paging: Paging;
  /** Makes a provider's cursor one that says nothing; absent where nobody in particular asks. */
  readonly sealCursor?: ((cursor: string, coordinate: string) => string) | undefined;
  readonly conditions: Conditions;
  /** The key under which providers were asked for a field. */
  keyOf(node: FieldNode): string;
  /** The department that answers for a coordinate, for messages. */
  providerOf(coordinate: string): string;
  /** The mask of a rule for values of a coordinate that stand at a path of response keys. */
  maskFor(rule: MaskRule, coordinate: string, path: readonly string[]): (value: unknown) => unknown;
}

/** State of one run: where it stands, and how deep in lists. */
interface Run extends Shaping {
  readonly path: (string | number)[];
  readonly explained: Explained;
  lists: number;
  /** Why a part of the object may be missing that is being completed. */
  loss: Loss | undefined;
}

/** Where in the answer something stands: under which keys it is asked. */
export interface Place {
  readonly path: readonly string[];
  /** What arguments above say of the records here. */
  readonly identified: readonly Identified[];
  /** The coordinate of the page's field that it belongs to. */
  readonly page: string | null;
}

export const ROOT_PLACE: Place = { path: [], identified: [], page: null };

/** The place of what a field brings. */
export function placeBelow(
  { paging, guarded }: Pick<ShaperInput, 'paging' | 'guarded'>,
  place: Place,
  owner: GraphQLObjectType | GraphQLInterfaceType,
  nodes: readonly FieldNode[],
  asked: string,
): Place {
  const name = nodes[0]?.name.value ?? '';
  const type = owner.getFields()[name]?.type;
  const isWithin = paging.pages.has(owner.name) || paging.edges.has(owner.name);
  const own = nodes.flatMap((one) => guarded.identified?.get(one) ?? []);
  return {
    path: [...place.path, asked],
    identified: own.length > 0 ? own : isWithin ? place.identified : [],
    page: type && paging.pages.has(getNamedType(type).name) ? `${owner.name}.${name}` : place.page,
  };
}

/** How the cursor at a coordinate is sealed; null for what is no cursor. */
export function sealAt(
  { paging, sealCursor }: Pick<ShaperInput, 'paging' | 'sealCursor'>,
  coordinate: string,
  { page }: Place,
): ((value: unknown) => unknown) | null {
  if (!sealCursor || !paging.cursors.has(coordinate)) return null;
  return (value) => (value === null ? null : sealCursor(String(value), page ?? coordinate));
}

/** The type that fields are read from: an object's, or an interface whose objects need not be told apart. */
type Owner = GraphQLObjectType | GraphQLInterfaceType;

/** What is looked at of an object before anything of it is given. */
interface Knowing {
  readonly agrees: Agrees | null;
  readonly noteSubjects: NoteSubjects;
  readonly noteBehind: NoteBehind | null;
}

/** Completes one value (GraphQL spec §6.4.3); `PROPAGATE` when a null may not stand here (§6.4.4). */
type Complete = (value: unknown, run: Run) => unknown;
type CompleteField = (source: JsonObject, target: JsonObject, run: Run) => boolean;

const PROPAGATE = Symbol('null propagates');

/**
 * Compiles the shaping of an operation. What the consumer did not select never appears; what is denied is null
 * with an error at each path, even if a provider sent it; masks apply before anything else sees the value.
 */
export function compileShaper(input: ShaperInput): Shaper {
  const { schema, document, guarded } = input;
  const fragments = fragmentsOf(document);
  const operation = operationOf(document);
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`the schema has no ${operation.operation} type`);

  const compileSets = (type: Owner, sets: readonly SelectionSetNode[], place: Place): CompleteField[] =>
    [...collectFields(schema, fragments, input.conditions, type, sets)].map(([key, nodes]) =>
      compileField(type, key, nodes, place),
    );

  const compileField = (
    type: Owner,
    key: string,
    nodes: readonly FieldNode[],
    place: Place,
  ): CompleteField => {
    const [node] = nodes;
    if (!node) throw new Error('a response key without a field');
    if (node.name.value === '__typename') {
      return (_source, target) => {
        target[key] = type.name;
        return true;
      };
    }
    const field = type.getFields()[node.name.value];
    if (!field) return copyIntrospection(key);
    const denial = nodes.map((one) => guarded.denied.get(one)).find((one) => one !== undefined);
    if (denial) return denyField(key, denial, isNonNullType(field.type));
    const complete =
      markedField(type, key, nodes, field, place) ?? completeField(type, key, nodes, field, place);
    const scopes = nodes.flatMap((one) => scopesOf(one, type));
    if (scopes.length === 0) return complete;
    const at = [...place.path, input.keyOf(node)];
    const maskOf = (rule: MaskRule) => input.maskFor(rule, `${type.name}.${field.name}`, at);
    return withinScopes(key, scopes, isNonNullType(field.type), maskOf, complete);
  };

  /** A field that is only checked, or whose sources are compared; null for all others. */
  const markedField = (
    type: Owner,
    key: string,
    nodes: readonly FieldNode[],
    field: GraphQLField<unknown, unknown>,
    place: Place,
  ): CompleteField | null => {
    const leaf = getNullableType(field.type);
    const [node] = nodes;
    if (!node || !isLeafType(leaf)) return null;
    const asked = input.keyOf(node);
    const coordinate = `${type.name}.${field.name}`;
    const check = nodes.map((one) => guarded.checks?.get(one)).find((one) => one !== undefined);
    if (check) {
      const facts = {
        coordinate,
        type: leaf,
        subject: check.get(type.name),
        isNonNull: isNonNullType(field.type),
      };
      return checkField(key, asked, nodes, facts);
    }
    const cross = nodes.map((one) => guarded.crossChecks?.get(one)).find((one) => one !== undefined);
    if (!cross) return null;
    const from = cross.isAskedApart ? ownKey(field.name) : asked;
    return comparedField(key, from, cross, leaf, completeField(type, key, nodes, field, place, from));
  };

  /** Behind an interface whose objects cannot be told apart no scope can be evaluated: then none holds. */
  const scopesOf = (node: FieldNode, type: Owner): readonly RecordScope[] => {
    const byType = guarded.scoped?.get(node);
    if (!byType || isObjectType(type)) return byType?.get(type.name) ?? [];
    return [...byType.values()].flat().map(({ denial }) => ({ denial, alternatives: [] }));
  };

  const completeField = (
    type: Owner,
    key: string,
    nodes: readonly FieldNode[],
    field: GraphQLField<unknown, unknown>,
    place: Place,
    asked = nodes[0] ? input.keyOf(nodes[0]) : key,
  ): CompleteField => {
    const coordinate = `${type.name}.${field.name}`;
    const broken = (): Failure => ({
      code: 'PROVIDER_UNAVAILABLE',
      details: { provider: input.providerOf(coordinate), coordinate },
    });
    const complete = compileType(
      field.type,
      type,
      nodes,
      broken,
      placeBelow(input, place, type, nodes, asked),
    );
    const isObject = !isLeafType(getNamedType(field.type));
    const isInherited = asked in Object.prototype;
    return (source, target, run) => {
      run.path.push(key);
      const value = isInherited && !Object.hasOwn(source, asked) ? undefined : source[asked];
      const { loss } = run;
      const before = countOf(run.failures);
      if (value === undefined) noteMissing(lossOf(source, asked) ?? loss, run, broken);
      // An object that one provider brought, and of which another's part is lost.
      else if (isObject && value !== null) run.loss = lossOf(source, asked) ?? loss;
      const completed = complete(value ?? null, run);
      run.loss = loss;
      if (completed !== PROPAGATE) {
        target[key] = completed;
        const isAbsent = completed === null && (countOf(run.failures) > before || isExplained(run));
        if (!isAbsent) run.given.push(coordinate);
      }
      run.path.pop();
      return completed !== PROPAGATE;
    };
  };

  const compileType = (
    type: GraphQLOutputType,
    parent: Owner,
    nodes: readonly FieldNode[],
    broken: () => Failure,
    place: Place,
  ): Complete => {
    if (isNonNullType(type)) {
      const inner = compileType(type.ofType, parent, nodes, broken, place);
      return (value, run) => {
        const completed = inner(value, run);
        if (completed !== null) return completed;
        if (!isExplained(run)) run.failures.push({ ...broken(), path: [...run.path] });
        return PROPAGATE;
      };
    }
    if (isListType(type)) return completeList(compileType(type.ofType, parent, nodes, broken, place), broken);
    if (isLeafType(type)) return completeLeaf(type, parent, nodes, broken, place);
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    const byType = new Map<string, CompleteField[]>();
    const fieldsOf = (object: Owner): CompleteField[] => {
      const known = byType.get(object.name);
      if (known) return known;
      const compiled = compileSets(object, sets, place);
      byType.set(object.name, compiled);
      return compiled;
    };
    const knowing = new Map<Owner, Knowing>();
    const knowingOf = (object: Owner): Knowing => {
      const known = knowing.get(object);
      if (known) return known;
      const compiled = compileKnowing(object, sets, place);
      knowing.set(object, compiled);
      return compiled;
    };
    const resolve = (value: JsonObject): Owner | null => {
      const name = value.__typename;
      if (isObjectType(type)) return name === undefined || name === null || name === type.name ? type : null;
      // An interface object (@interfaceObject) does not say, or does not know, what it is.
      if (isInterfaceType(type) && (name === undefined || name === type.name))
        return isSameForAll(type, sets) ? type : null;
      const runtime = typeof name === 'string' ? schema.getType(name) : undefined;
      return runtime && isObjectType(runtime) && isAbstractType(type) && schema.isSubType(type, runtime)
        ? runtime
        : null;
    };
    return (value, run) => {
      if (value === null || value === undefined) return null;
      const object = isJsonObject(value) ? resolve(value) : null;
      if (!object || !isJsonObject(value)) return run.explained.hasAt(run.path) ? null : fail(run, broken);
      // Nothing is given of a record of which nobody knows whom it is about.
      const { agrees, noteSubjects, noteBehind } = knowingOf(object);
      if (agrees && !agrees(value, run.variables ?? {}))
        return fail(run, () => ({ ...broken(), code: 'PROVIDER_CONTRADICTION' }));
      const missing = noteSubjects(value, run);
      if (missing !== null)
        return isExplained(run) ? null : fail(run, () => failureOf(value, missing) ?? broken());
      const { listed } = run;
      if (noteBehind && !noteBehind(value, run, run.lists === 0))
        return isExplained(run) ? null : fail(run, broken);
      const completed = completeObject(value, fieldsOf(object), run);
      if (completed === null) run.listed = listed;
      else if (run.path.length === 1) run.roots++;
      return completed;
    };
  };

  /** Whether an object is what was asked for, and whom it is about. */
  const compileKnowing = (object: Owner, sets: readonly SelectionSetNode[], place: Place): Knowing => {
    const selected = new Set(
      [...collectFields(schema, fragments, input.conditions, object, sets).values()].flatMap((nodes) =>
        nodes.map((one) => one.name.value),
      ),
    );
    return {
      agrees: isObjectType(object) ? compileAgrees(object, place.identified) : null,
      noteSubjects: compileSubjects(input.subjects.get(object.name) ?? []),
      noteBehind: compileBehind(schema, input, object.name, (field) => selected.has(field)),
    };
  };

  /** Is the same selected of every type that implements the interface? Then it does not matter which one it is. */
  const isSameForAll = (type: GraphQLInterfaceType, sets: readonly SelectionSetNode[]): boolean => {
    if (schema.getPossibleTypes(type).some((one) => input.subjects.has(one.name))) return false;
    const fieldsOf = (one: Owner) =>
      [...collectFields(schema, fragments, input.conditions, one, sets)].flat(2);
    const fields = fieldsOf(type);
    if (fields.some((one) => typeof one !== 'string' && one.name.value === '__typename')) return false;
    return schema
      .getPossibleTypes(type)
      .map(fieldsOf)
      .every((own) => own.length === fields.length && own.every((one, index) => one === fields[index]));
  };

  const completeLeaf = (
    type: Parameters<typeof leafCheck>[0],
    parent: Owner,
    nodes: readonly FieldNode[],
    broken: () => Failure,
    place: Place,
  ): Complete => {
    const check = leafCheck(type);
    // Of an interface, whichever type may be behind it: all their masks.
    const field = nodes[0]?.name.value ?? '';
    const rules = new Map<string, MaskRule>();
    for (const one of nodes)
      for (const [owner, rule] of guarded.masked.get(one) ?? [])
        if (isInterfaceType(parent) || owner === parent.name) rules.set(`${owner}.${field}`, rule);
    const seal = sealAt(input, `${parent.name}.${field}`, place);
    const masks = [
      ...[...rules].map(([coordinate, rule]) => input.maskFor(rule, coordinate, place.path)),
      ...(seal ? [seal] : []),
    ];
    const deniedValues = nodes.flatMap((one) => guarded.deniedValues.get(one) ?? []);
    return (value, run) => {
      if (value === null || value === undefined) return null;
      const checked = check(value);
      if (checked === INVALID) return fail(run, broken);
      for (const values of deniedValues) {
        const denial = values.get(String(checked));
        if (denial) return fail(run, () => denial);
      }
      return masks.reduce((shown, mask) => mask(shown), checked);
    };
  };

  const fields = compileSets(root, [operation.selectionSet], ROOT_PLACE);
  return (data, shaping) => {
    const run: Run = Object.assign(shaping, {
      path: [],
      explained: new Explained(shaping),
      lists: 0,
      loss: undefined,
    });
    const completed = completeObject(data, fields, run);
    return completed === PROPAGATE ? null : completed;
  };
}

function completeObject(
  source: JsonObject,
  fields: readonly CompleteField[],
  run: Run,
): JsonObject | typeof PROPAGATE | null {
  const target: JsonObject = {};
  let isNull = false;
  const before = standing(run);
  // Every field is completed even when one of them nulls the object, so that each denial is told.
  for (const field of fields) if (!field(source, target, run)) isNull = true;
  if (!isNull) return target;
  takeBack(run, before);
  return run.path.length === 0 ? PROPAGATE : null;
}

/** How much was given at some time: what comes after it is taken back where a null takes its place (GraphQL spec §6.4.4). */
function standing({ given, listed, roots }: Run) {
  return { given: given.length, listed, roots };
}

function takeBack(run: Run, { given, listed, roots }: ReturnType<typeof standing>): void {
  run.given.length = given;
  run.listed = listed;
  run.roots = roots;
}

function completeList(item: Complete, broken: () => Failure): Complete {
  return (value, run) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return fail(run, broken);
    const before = standing(run);
    run.lists++;
    let isNull = false;
    const completed = value.map((one: unknown, index) => {
      run.path.push(index);
      const result = item(one, run);
      run.path.pop();
      if (result === PROPAGATE) isNull = true;
      return result;
    });
    run.lists--;
    if (isNull) takeBack(run, before);
    else if (run.lists === 0) for (const one of completed) if (one !== null) run.listed++;
    return isNull ? null : completed;
  };
}

/** A null that stands for something that is not there or not allowed, with its error. */
function fail(run: Run, why: () => Failure): null {
  run.failures.push({ ...why(), path: [...run.path] });
  return null;
}

function denyField(key: string, denial: Denial, isNonNull: boolean): CompleteField {
  return (_source, target, run) => {
    run.failures.push({ ...denial, path: [...run.path, key] });
    target[key] = null;
    return !isNonNull;
  };
}

/** `__schema` and `__type` were executed apart; their results stand in the data already. */
function copyIntrospection(key: string): CompleteField {
  return (source, target) => {
    target[key] = source[key] ?? null;
    return true;
  };
}

/** A field that no provider brought. Every null has a reason: a provider's own null, or an error at it. */
function noteMissing(loss: Loss | undefined, run: Run, broken: () => Failure): void {
  if (loss === UNKNOWN_THERE) return;
  // One error for one field (GraphQL spec §6.4.4).
  if (loss && !run.explained.hasAt(run.path)) run.failures.push({ ...loss, path: [...run.path] });
  else if (!loss && !isExplained(run)) run.failures.push({ ...broken(), path: [...run.path] });
}

function isExplained(run: Run): boolean {
  return run.explained.has(run.path);
}
