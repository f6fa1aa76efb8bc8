import { createHash } from 'node:crypto';
import type { DepartmentCode } from '../../../words.ts';
import type { Provider } from '../../rules.ts';
import type { Model } from '../model.ts';
import { type Aspect, aspectOf, type Facts, factsIn } from './facts.ts';
import { declaringDepartments, type Holding, type OwnerRow, type OwnersOf, ownersIn } from './owners.ts';
import type { Stated } from './statements.ts';

/** One difference that a publication makes to a coordinate. */
export interface OwnedChange {
  readonly coordinate: string;
  readonly aspect: Aspect;
  readonly property: string;
  /** Null: there was nothing, or this element of a set was not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What a publication changes of one other department's. */
export interface OwnerChanges {
  readonly owner: Provider;
  readonly changes: readonly OwnedChange[];
}

export interface Comparison {
  readonly before: Holding | null;
  readonly after: Holding;
  /** Whose publication it is, and which subgraph it changes or takes out. */
  readonly actor: DepartmentCode;
  readonly subgraph: string;
  /** Who is on record as owner. */
  readonly record: readonly OwnerRow[];
}

export interface Compared {
  /** By owner; the owners' consent is needed for each. */
  readonly changes: readonly OwnerChanges[];
  /** What goes on record when it goes live. */
  readonly owners: readonly OwnerRow[];
}

/**
 * What a publication changes of the coordinates that other departments own. A department may always withdraw what it has said: what the
 * others say remains, so a value that changes because the subgraph no longer speaks of the coordinate is no difference, nor is an element
 * that leaves a set. What vanishes although its owner declares it is one.
 *
 * Rules that follow from others' (of what an argument tests, of what a field is computed from) change with those, and are not compared:
 * whoever wrote `as` or `@requires` has said that they follow.
 */
export function compareOwned(comparison: Comparison): Compared {
  const { before, after, actor, subgraph } = comparison;
  const record = recordOf(comparison.record);
  const ownersOf = ownersIn(before, record);
  const speaks = speakerOf(after, subgraph);
  const declares = declarationsIn(after);
  const was = before && factsIn(before);
  const is = factsIn(after);
  const found = new Map<DepartmentCode, OwnedChange[]>();
  const taken = new Set<string>();
  const coordinates = new Set([
    ...(before?.statements.stated.keys() ?? []),
    ...after.statements.stated.keys(),
  ]);
  for (const coordinate of coordinates) {
    const [old, now] = [before?.statements.stated.get(coordinate), after.statements.stated.get(coordinate)];
    const belongsTo = (now ?? old)?.belongsTo ?? coordinate;
    const owners = ownersOf(belongsTo);
    const others = [...owners].filter((one) => one !== actor);
    if (others.length === 0) continue;
    const isSpoken = now !== undefined && speaks(now);
    if (old && now && !isSpoken && isAsBefore(old, now)) continue;
    const changes = changesOf(coordinate, {
      old: old && was ? was(old, owners) : null,
      now: now ? is(now, owners) : null,
      isValue: belongsTo !== coordinate && (now ?? old)?.values.has('type') === false,
      speaks: isSpoken,
      isKept: coordinate === belongsTo || declares(others, coordinate),
    });
    if (
      changes.some(
        ({ property, before: from }) => property === 'sources' || (property === 'presence' && from === null),
      )
    )
      taken.add(coordinate);
    if (changes.length > 0) for (const one of others) found.set(one, [...(found.get(one) ?? []), ...changes]);
  }
  return {
    changes: [...found].map(([code, changes]) => ({ owner: providerOf(comparison, code), changes })),
    owners: newRows(comparison, ownersOf, record, taken),
  };
}

/** Nothing that could be a difference of what the publication does not speak of: that is most of a supergraph. */
function isAsBefore(old: Stated, now: Stated): boolean {
  if (old.values.get('visible') !== now.values.get('visible')) return false;
  const had = new Set(old.sources.map(({ text }) => text));
  if (!now.sources.every(({ text }) => had.has(text))) return false;
  return [...now.sets].every(([property, elements]) =>
    [...elements].every((one) => old.sets.get(property)?.has(one) === true),
  );
}

function recordOf(rows: readonly OwnerRow[]): Map<string, Set<DepartmentCode>> {
  const record = new Map<string, Set<DepartmentCode>>();
  for (const [coordinate, department] of rows)
    record.set(coordinate, (record.get(coordinate) ?? new Set()).add(department));
  return record;
}

const LONGEST = 1_000;

/** Texts are shown to people and kept: what is long is named by its digest, so that a consent stays bound to all of it. */
function bounded(text: string | null): string | null {
  if (text === null || text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)}… sha256:${createHash('sha256').update(text).digest('base64url')}`;
}

interface Pair {
  readonly old: Facts | null;
  readonly now: Facts | null;
  /** Values of an enum that are new are told with the enum. */
  readonly isValue: boolean;
  /** Does the published subgraph say anything of it? */
  readonly speaks: boolean;
  /** Do its owners still declare it? What only others had put in goes with them. */
  readonly isKept: boolean;
}

function changesOf(coordinate: string, { old, now, isValue, speaks, isKept }: Pair): OwnedChange[] {
  const change = (property: string, before: string | null, after: string | null): OwnedChange => ({
    coordinate,
    aspect: aspectOf(property),
    property,
    before: bounded(before),
    after: bounded(after),
  });
  if (!old || !now) {
    if (old ? !isKept : isValue) return [];
    const describe = (facts: Facts | null) =>
      facts && (facts.values.get('type') ?? facts.values.get('kind') ?? 'yes');
    return [change('presence', describe(old), describe(now))];
  }
  const changes: OwnedChange[] = [];
  for (const property of new Set([...old.values.keys(), ...now.values.keys()])) {
    const [from, to] = [old.values.get(property) ?? '', now.values.get(property) ?? ''];
    if (from !== to && (speaks || property === 'visible')) changes.push(change(property, from, to));
  }
  for (const [property, elements] of now.sets)
    for (const one of elements)
      if (!old.sets.get(property)?.has(one)) changes.push(change(property, null, one));
  return changes;
}

/** Everything that departments' own SDLs declare. */
function declarationsIn({
  prepared,
  models,
}: Holding): (departments: readonly DepartmentCode[], coordinate: string) => boolean {
  const known = new Map<DepartmentCode, Set<string>>();
  for (const { name, provider } of prepared.subgraphs) {
    const coordinates = known.get(provider.code) ?? new Set();
    known.set(provider.code, coordinates);
    for (const type of models.get(name)?.types.values() ?? [])
      for (const field of type.fields)
        for (const { coordinate } of [field, ...field.args]) coordinates.add(coordinate);
  }
  return (departments, coordinate) => departments.some((one) => known.get(one)?.has(coordinate) === true);
}

/** Does the subgraph's own SDL say anything of a coordinate? An `@interfaceObject` speaks of all that implement it. */
function speakerOf(after: Holding, subgraph: string): (stated: Stated) => boolean {
  const model: Model | undefined = after.models.get(subgraph);
  const declares = (type: string, member: string | null, isObject: boolean): boolean => {
    const own = model?.types.get(type);
    if (!own || (isObject && own.federation('interfaceObject') === null)) return false;
    return (
      member === null ||
      own.kind === 'input' ||
      own.kind === 'enum' ||
      own.fields.some((one) => one.name === member)
    );
  };
  return ({ type, member, declaredBy, interfaces }) =>
    declaredBy.has(subgraph) ||
    declares(type, member, false) ||
    interfaces.some((one) => declares(one, member, true));
}

function providerOf({ before, after }: Comparison, code: DepartmentCode): Provider {
  const live = [...(before?.prepared.subgraphs ?? []), ...after.prepared.subgraphs];
  return live.find(({ provider }) => provider.code === code)?.provider ?? { code, name: code };
}

/** Types, fields and directives have owners of their own; a coordinate without any gets those who declare it first. */
function newRows(
  { before, after, actor }: Comparison,
  ownersOf: OwnersOf,
  record: ReadonlyMap<string, ReadonlySet<DepartmentCode>>,
  taken: ReadonlySet<string>,
): OwnerRow[] {
  const rows: OwnerRow[] = [];
  const states = before ? [before, after] : [after];
  const all = new Map(states.flatMap(({ statements }) => [...statements.stated]));
  for (const [coordinate, { belongsTo }] of all) {
    if (coordinate !== belongsTo) continue;
    const owners = ownersOf(coordinate);
    const first = owners.size > 0 ? owners : declaringDepartments(after, coordinate);
    if (!record.has(coordinate)) for (const one of first) rows.push([coordinate, one]);
    // Who came to answer for it with the owners' consent owns it with them.
    const isOwn = taken.has(coordinate) && !first.has(actor);
    if (isOwn && declaringDepartments(after, coordinate).has(actor)) rows.push([coordinate, actor]);
  }
  return rows;
}
