import type { Subgraph as FederationSubgraph } from '@apollo/federation-internals';
import type { Coordinate, MaskRule, SharingClass, Use, Zone } from '../words.ts';
import { SHARING_CLASSES, USES, ZONES } from '../words.ts';
import { type Declaration, declarationsOf, interfaceObjectsOf } from './declarations.ts';
import type { Provider, SharingIndex, SharingRule, Source } from './rules.ts';
import { NOBODY, unknownRule } from './unknown-rule.ts';

/** Which interfaces each object type of the supergraph implements. */
export type Implementations = ReadonlyMap<string, readonly string[]>;

/**
 * Builds the sharing index from all subgraphs' own schemas. The supergraph is not the source of rules:
 * composition keeps one subgraph's `@sharing` of a shareable field; here the strictest of all wins.
 */
export function buildSharingIndex(
  revision: string,
  subgraphs: readonly FederationSubgraph[],
  providers: ReadonlyMap<string, Provider>,
  implementations: Implementations,
): SharingIndex {
  const declarations = groupByCoordinate(subgraphs, implementations);
  const merged = new Map<string, Merged>();
  for (const [coordinate, group] of declarations) merged.set(coordinate, mergeDeclarations(group));
  const rules = new Map<string, SharingRule>();
  const ruleOf = (coordinate: string): SharingRule => {
    const known = rules.get(coordinate);
    if (known) return known;
    const rule = resolveRule(coordinate, merged, providers);
    rules.set(coordinate, rule);
    return rule;
  };
  const all = [...merged.keys()].map(ruleOf);
  return {
    revision,
    rule: (coordinate) => rules.get(coordinate) ?? unknownRule(coordinate),
    coordinates: () => all,
  };
}

function groupByCoordinate(
  subgraphs: readonly FederationSubgraph[],
  implementations: Implementations,
): Map<string, Declaration[]> {
  const groups = new Map<string, Declaration[]>();
  const add = (declaration: Declaration): void => {
    const group = groups.get(declaration.coordinate);
    if (group) group.push(declaration);
    else groups.set(declaration.coordinate, [declaration]);
  };
  const everywhere = withImplementations(implementations);
  for (const subgraph of subgraphs) {
    const interfaceObjects = new Set(interfaceObjectsOf(subgraph));
    for (const declared of declarationsOf(subgraph)) {
      const declaration = {
        ...declared,
        sources: everywhere(declared.sources),
        sourcesElsewhere: everywhere(declared.sourcesElsewhere),
      };
      add(declaration);
      const type = declaration.coordinate.split('.', 1)[0] ?? '';
      if (!interfaceObjects.has(type)) continue;
      // The fields of an @interfaceObject are fields of every implementation, under the same rules.
      for (const [object, interfaces] of implementations) {
        if (!interfaces.includes(type)) continue;
        add({ ...declaration, coordinate: declaration.coordinate.replace(type, object) });
      }
    }
  }
  return groups;
}

/** What is read through an interface is read of everything that implements it, whichever subgraph says that it does. */
function withImplementations(
  implementations: Implementations,
): (coordinates: readonly string[]) => readonly string[] {
  const implementing = new Map<string, string[]>();
  for (const [type, interfaces] of implementations)
    for (const one of interfaces) implementing.set(one, [...(implementing.get(one) ?? []), type]);
  return (coordinates) =>
    coordinates.flatMap((coordinate) => {
      const at = coordinate.indexOf('.');
      const types = implementing.get(coordinate.slice(0, at)) ?? [];
      return [coordinate, ...types.map((type) => `${type}${coordinate.slice(at)}`)];
    });
}

interface Merged extends Omit<Declaration, 'class' | 'tests'> {
  readonly class: SharingClass;
  readonly classified: boolean;
  readonly tests: readonly string[];
  /** The subgraphs that resolve it. */
  readonly origins: readonly Declaration[];
}

function strictest(a: SharingClass, b: SharingClass): SharingClass {
  return SHARING_CLASSES.indexOf(a) >= SHARING_CLASSES.indexOf(b) ? a : b;
}

function intersection<T>(all: readonly T[], sets: readonly ReadonlySet<T>[]): Set<T> {
  return new Set(all.filter((value) => sets.every((set) => set.has(value))));
}

/** Strictest wins: highest class, common purposes and networks, all masks (two different ones: REDACT). */
function mergeDeclarations(group: readonly Declaration[]): Merged {
  // @external declarations and repeated keys that say nothing leave the word to the owner.
  const speaking = group.filter((one) => one.owns || one.class !== null || one.tests !== null);
  const voices = speaking.length > 0 ? speaking : group;
  const [owner] = [...voices].sort((a, b) => rank(a) - rank(b));
  if (!owner) throw new Error('a coordinate without a declaration cannot be merged');
  const masks = new Map<Use, MaskRule>();
  for (const { masks: own } of voices) {
    for (const [use, rule] of own) masks.set(use, (masks.get(use) ?? rule) === rule ? rule : 'REDACT');
  }
  const isClassified = (one: Declaration): boolean => one.class !== null || one.tests !== null;
  const classified = voices.every(isClassified);
  const zones = intersection<Zone>(
    ZONES,
    voices.map((one) => one.zones),
  );
  const first = <K extends keyof Declaration>(key: K): Declaration[K] | null =>
    owner[key] ?? voices.find((one) => one[key] !== null)?.[key] ?? null;
  return {
    ...owner,
    classified: classified && zones.size > 0,
    class:
      classified && zones.size > 0
        ? voices.map((one) => one.class ?? 'UNCONDITIONAL').reduce(strictest)
        : 'WITHHELD',
    purposes: intersection(
      USES,
      voices.map((one) => one.purposes),
    ),
    matchOnly: new Set(voices.flatMap((one) => [...one.matchOnly])),
    masks,
    zones,
    basis: first('basis'),
    condition: first('condition'),
    item: first('item'),
    subject: first('subject'),
    tests: [...new Set([owner, ...voices].flatMap((one) => one.tests ?? []))],
    sources: [...new Set(group.flatMap((one) => one.sources))],
    sourcesElsewhere: [...new Set(group.flatMap((one) => one.sourcesElsewhere))],
    // Of those who claim a key as theirs, one is its source.
    origins: group.filter((one) => one.owns && (!one.isKey || one === owner)),
  };
}

/** Who answers for a datum, best first: its authoritative source, who has it as an item of its own, who resolves it. */
function rank({ owns, authoritative, item, subject }: Declaration): number {
  if (!owns) return 3;
  if (authoritative) return 0;
  return item !== null || subject !== null ? 1 : 2;
}

/** What tests several items is as strict as each of them: the rule is that of the first, the others stand beside it. */
function resolveRule(
  coordinate: string,
  merged: ReadonlyMap<string, Merged>,
  providers: ReadonlyMap<string, Provider>,
): SharingRule {
  const own = ownRule(coordinate, merged, providers);
  const [first, ...others] = testedBy(coordinate, merged).map((target) =>
    asStrictAsItem(own, ownRule(target, merged, providers)),
  );
  if (!first) return own;
  return others.length > 0 ? { ...first, alsoTests: others } : first;
}

/** The items that an argument tests; what it names may itself be an argument or input field that tests one. */
function testedBy(coordinate: string, merged: ReadonlyMap<string, Merged>): string[] {
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const target of merged.get(at)?.tests ?? []) {
      if (target === coordinate || found.has(target)) continue;
      found.add(target);
      visit(target);
    }
  };
  visit(coordinate);
  return [...found];
}

function ownRule(
  coordinate: string,
  merged: ReadonlyMap<string, Merged>,
  providers: ReadonlyMap<string, Provider>,
): SharingRule {
  const own = merged.get(coordinate);
  const provider = own && providers.get(own.subgraph);
  return own && provider
    ? {
        ...toRule(own, provider, transitiveSources(coordinate, merged)),
        ...(own.sources.length > 0 && { requiresHere: sourcesHere(coordinate, merged) }),
        ...(own.isField && own.origins.length > 0 && { sources: sourcesOf(own, providers) }),
      }
    : unknownRule(coordinate);
}

function toRule(own: Merged, provider: Provider, requires: readonly Coordinate[]): SharingRule {
  return {
    coordinate: own.coordinate as Coordinate,
    class: own.class,
    classified: own.classified,
    purposes: own.purposes,
    matchOnly: own.matchOnly,
    masks: own.masks,
    zones: own.zones.size === ZONES.length ? new Set() : own.zones,
    provider,
    requires,
    ...(own.basis !== null && { basis: own.basis }),
    ...(own.condition !== null && { condition: own.condition }),
    ...(own.resource !== null && { resource: own.resource }),
    ...(own.item !== null && { item: own.item }),
    ...(own.subject !== null && { subject: own.subject }),
  };
}

/** An argument or input field that tests an item has that item's rules, or its own where they are stricter. */
function asStrictAsItem(rule: SharingRule, item: SharingRule): SharingRule {
  return {
    ...item,
    coordinate: rule.coordinate,
    tests: item.coordinate,
    class: strictest(rule.class, item.class),
    classified: rule.classified && item.classified,
    purposes: intersection(USES, [rule.purposes, item.purposes]),
  };
}

function transitiveSources(coordinate: string, merged: ReadonlyMap<string, Merged>): Coordinate[] {
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const source of merged.get(at)?.sources ?? []) {
      if (found.has(source)) continue;
      found.add(source);
      visit(source);
    }
  };
  visit(coordinate);
  return [...found] as Coordinate[];
}

/** The sources, however many steps away, that are only ever fields of the object that carries the field. */
function sourcesHere(coordinate: string, merged: ReadonlyMap<string, Merged>): Coordinate[] {
  const here = new Set<string>();
  const elsewhere = new Set<string>();
  const visit = (at: string, isHere: boolean): void => {
    const own = merged.get(at);
    for (const source of own?.sources ?? []) {
      const stays = isHere && !own?.sourcesElsewhere.includes(source);
      const found = stays ? here : elsewhere;
      if (found.has(source)) continue;
      found.add(source);
      visit(source, stays);
    }
  };
  visit(coordinate, true);
  return [...here].filter((one) => !elsewhere.has(one)) as Coordinate[];
}

function sourcesOf(own: Merged, providers: ReadonlyMap<string, Provider>): Source[] {
  const all = own.origins.map(
    ({ subgraph, authoritative, key, sources }): Source => ({
      subgraph,
      provider: providers.get(subgraph) ?? NOBODY,
      isAuthoritative: authoritative,
      key,
      requires: sources as Coordinate[],
    }),
  );
  return all.sort((a, b) => Number(b.isAuthoritative) - Number(a.isAuthoritative));
}
