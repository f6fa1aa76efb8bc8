import type { DepartmentCode } from '../../../words.ts';
import type { SharingRule } from '../../rules.ts';
import { type Holding, repeatsKey } from './owners.ts';
import type { Stated } from './statements.ts';

/** What a change is about. */
export const ASPECTS = ['RULE', 'COST', 'VISIBILITY', 'SHAPE', 'SOURCE'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** All that is known of one coordinate. */
export interface Facts {
  readonly values: ReadonlyMap<string, string>;
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
}

const ASPECT_OF: Readonly<Record<string, Aspect>> = {
  provider: 'SOURCE',
  sources: 'SOURCE',
  authoritative: 'SOURCE',
  cost: 'COST',
  listSize: 'COST',
  presence: 'VISIBILITY',
  visible: 'VISIBILITY',
  type: 'SHAPE',
  default: 'SHAPE',
  description: 'SHAPE',
  directives: 'SHAPE',
  definition: 'SHAPE',
  kind: 'SHAPE',
  interfaces: 'SHAPE',
  implementations: 'SHAPE',
  fields: 'SHAPE',
  members: 'SHAPE',
  values: 'SHAPE',
  declarations: 'SHAPE',
};

/** What is not listed is of the sharing rule, which may grow. */
export function aspectOf(property: string): Aspect {
  return ASPECT_OF[property] ?? 'RULE';
}

/** Gives the facts of coordinates in one state; `owners` are those of the coordinate. */
export function factsIn(state: Holding): (stated: Stated, owners: ReadonlySet<DepartmentCode>) => Facts {
  const { rules, costs } = state.prepared;
  const ruleOf = new Map<string, SharingRule>(rules.map((one) => [one.coordinate, one]));
  const subjects = subjectsOf(rules);
  return (stated, owners) => {
    const { coordinate } = stated;
    const values = new Map(stated.values);
    const sets = new Map(stated.sets);
    const rule = ruleOf.get(coordinate);
    if (rule) for (const [name, value] of ruleFacts(rule)) values.set(name, value);
    const naming = stated.member === null ? subjects.get(stated.type) : undefined;
    if (naming) sets.set('subjects', naming);
    values.set('cost', written(costs.weights.get(coordinate)));
    values.set('listSize', written(costs.sizes.get(coordinate)));
    if (stated.sources.length > 0) {
      const answering = stated.sources.filter(({ subgraph }) => !repeatsKey(state, stated, subgraph, owners));
      sets.set('sources', new Set(answering.map(({ text }) => text)));
      const named = (rule?.sources ?? []).filter(({ isAuthoritative }) => isAuthoritative);
      sets.set('authoritative', new Set(named.map(({ subgraph }) => subgraph)));
    }
    return { values, sets };
  };
}

/**
 * By type, the fields that say whom its records are about. They are asked of every record, and what does not tell is not given: a
 * field of one's own is here a change of the others' type.
 */
function subjectsOf(rules: readonly SharingRule[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { coordinate, subject } of rules) {
    if (subject === undefined) continue;
    const [type = '', field = ''] = coordinate.split('.');
    found.set(type, (found.get(type) ?? new Set()).add(field));
  }
  return found;
}

/** Every part of a rule, whatever parts there are: one that is new is compared from the beginning. */
function ruleFacts(rule: SharingRule): [string, string][] {
  const { coordinate: _, sources: __, requiresHere: ___, provider, ...parts } = rule;
  const facts = Object.entries(parts).map(([name, value]): [string, string] => [name, written(value)]);
  return [['provider', provider.code], ...facts];
}

/** A value as text, the same for the same: sets and maps in the order of their texts. */
export function written(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Set) return [...value].map(written).sort().join(', ');
  if (value instanceof Map)
    return [...value]
      .map(([key, one]) => `${written(key)} ${written(one)}`)
      .sort()
      .join(', ');
  if (Array.isArray(value)) return value.map(written).sort().join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${key}: ${written(one)}`)
      .sort()
      .join('; ');
  return String(value);
}
