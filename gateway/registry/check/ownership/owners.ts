import type { DepartmentCode } from '../../../words.ts';
import type { Prepared } from '../../prepare.ts';
import type { Sources } from '../../sources.ts';
import type { Model } from '../model.ts';
import type { Stated, StatedKey, Statements } from './statements.ts';

/** On record: a department that has put a coordinate live as its own. Nothing is ever taken off this record. */
export type OwnerRow = readonly [coordinate: string, department: DepartmentCode];

/** A state of all subgraphs, read for the question of who owns what. */
export interface Holding {
  readonly prepared: Prepared;
  readonly statements: Statements;
  readonly models: ReadonlyMap<string, Model>;
}

export function holdingOf(prepared: Prepared, statements: Statements, sources: Sources): Holding {
  const models = new Map(prepared.subgraphs.map((one) => [one.name, sources.model(one)]));
  return { prepared, statements, models };
}

/** Whose a coordinate is, in one state. */
export type OwnersOf = (coordinate: string) => ReadonlySet<DepartmentCode>;

/**
 * Who owns a coordinate:
 * 1. those on record for it whose live subgraphs declare it as their own;
 * 2. without any, the departments whose live subgraphs do: it is a beginning, or the others have withdrawn theirs;
 * 3. when nobody declares it, those on record: what a department withdraws stays its own, as the names of its subgraphs do.
 *
 * A field is a department's own when its subgraph resolves it: `@external` fields, fields that another overrides, paths that `@provides`
 * names, and a key that is only repeated are not. Where one subgraph says of a key what it is (`@item`, `@subject`, `@authoritative`), the
 * others repeat it. An entity type is owned by the owners of its keys, any other type and directive by those who declare it. An argument
 * belongs to its field's owners, an input field or enum value to its type's.
 */
export function ownersIn(
  state: Holding | null,
  record: ReadonlyMap<string, ReadonlySet<DepartmentCode>>,
): OwnersOf {
  const known = new Map<string, ReadonlySet<DepartmentCode>>();
  return (coordinate) => {
    const before = known.get(coordinate);
    if (before) return before;
    const recorded = record.get(coordinate) ?? new Set();
    const live = state ? declaringDepartments(state, coordinate) : new Set<DepartmentCode>();
    const active = new Set([...recorded].filter((one) => live.has(one)));
    const owners = active.size > 0 ? active : live.size > 0 ? live : recorded;
    known.set(coordinate, owners);
    return owners;
  };
}

/** Departments whose live subgraphs declare a coordinate as their own. */
export function declaringDepartments(state: Holding, coordinate: string): ReadonlySet<DepartmentCode> {
  const stated = state.statements.stated.get(coordinate);
  if (!stated) return new Set();
  const subgraphs = stated.member === null ? declaringType(state, stated) : declaringField(state, stated);
  return departmentsOf(state, subgraphs);
}

export function departmentsOf({ prepared }: Holding, subgraphs: Iterable<string>): Set<DepartmentCode> {
  const codes = new Map(prepared.subgraphs.map(({ name, provider }) => [name, provider.code]));
  return new Set([...subgraphs].flatMap((name) => codes.get(name) ?? []));
}

function declaringField(state: Holding, stated: Stated): ReadonlySet<string> {
  const resolving = stated.sources.filter(({ isProvided }) => !isProvided).map(({ subgraph }) => subgraph);
  const saying = resolving.filter(
    (one) => !isKeyIn(state, stated.coordinate, one) || claimsKey(state, stated, one),
  );
  return new Set(saying.length > 0 ? saying : resolving);
}

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

function declaringType(state: Holding, stated: Stated): ReadonlySet<string> {
  const { stated: all, keys } = state.statements;
  const ofFields = (coordinates: Iterable<string>): Set<string> =>
    new Set([...coordinates].flatMap((one) => [...declaringField(state, all.get(one) ?? NOTHING)]));
  if (ROOTS.has(stated.type)) {
    const fields = [...all.values()].filter(
      (one) => one.type === stated.type && one.belongsTo === one.coordinate && one.member !== null,
    );
    return ofFields(fields.map((one) => one.coordinate));
  }
  const own = keys.filter((one) => one.type === stated.type);
  const ofKeys = ofFields(
    own.flatMap((one) => [...one.coordinates]).filter((one) => one.startsWith(`${stated.type}.`)),
  );
  return ofKeys.size > 0 ? ofKeys : stated.declaredBy;
}

const NOTHING: Stated = {
  coordinate: '',
  belongsTo: '',
  type: '',
  member: null,
  values: new Map(),
  sets: new Map(),
  declaredBy: new Set(),
  sources: [],
  interfaces: [],
};

function keysWith({ keysOf }: Statements, coordinate: string): readonly StatedKey[] {
  return keysOf.get(coordinate) ?? [];
}

/** Is a field part of a key in a subgraph? */
function isKeyIn({ statements }: Holding, coordinate: string, subgraph: string): boolean {
  return keysWith(statements, coordinate).some((one) => one.subgraph === subgraph);
}

/** Does a subgraph say of a key field what it is, instead of repeating it? */
function claimsKey({ models }: Holding, { type, member }: Stated, subgraph: string): boolean {
  const fields =
    models
      .get(subgraph)
      ?.types.get(type)
      ?.fields.filter(({ name }) => name === member) ?? [];
  return fields.some((one) =>
    ['item', 'subject', 'authoritative'].some((name) => one.sharing(name) !== null),
  );
}

/**
 * Does a subgraph only repeat an owner's key? It names an object by it and says nothing of its own. Who has two keys of one type, or
 * one that puts two of the owner's together, translates one into the other, which is an answer. So is what stands in a key of another
 * type only, while the objects that carry it are asked for by their own.
 */
export function repeatsKey(
  state: Holding,
  stated: Stated,
  subgraph: string,
  owners: ReadonlySet<DepartmentCode>,
): boolean {
  const { coordinate, type } = stated;
  const having = keysWith(state.statements, coordinate);
  const standing = having.filter((one) => one.subgraph === subgraph);
  if (standing.length === 0 || claimsKey(state, stated, subgraph)) return false;
  const ofType = state.statements.keys.filter((one) => one.subgraph === subgraph && one.type === type);
  const repeating = ofType.length > 0 ? ofType : standing;
  const named = new Set(
    repeating.flatMap((one) => [...one.coordinates]).filter((one) => one.startsWith(`${type}.`)),
  );
  if (!named.has(coordinate) || new Set(ofType.map(({ fields }) => fields)).size > 1) return false;
  const repeated = having.filter(
    (one) =>
      one.subgraph !== subgraph && one.type === type && [...named].every((each) => one.coordinates.has(each)),
  );
  const subgraphs = repeated.map((one) => one.subgraph);
  return [...departmentsOf(state, subgraphs)].some((one) => owners.has(one));
}
