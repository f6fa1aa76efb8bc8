import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { DisclosedCoordinate } from '../ledger/index.ts';
import type { SharingIndex } from '../registry/index.ts';

/** What of one answer was given. */
export interface Given {
  /** Coordinates of fields of which a value, or the provider's null, is in the answer. */
  readonly fields: ReadonlySet<string>;
  /** Coordinates of which it was told whether a value matches. */
  readonly matched: ReadonlySet<string>;
}

/** What a refusal gives. */
export const NOTHING_GIVEN: Given = { fields: new Set(), matched: new Set() };

/** What is published. */
interface Published {
  readonly schema: GraphQLSchema;
  readonly index: Pick<SharingIndex, 'rule'>;
}

type Decisions = readonly DisclosedCoordinate[];
interface Kept {
  readonly decisions: Decisions;
  readonly result: Decisions;
}

/** By the set of what was given: most answers of an operation give the same (`Sites`). */
const kept = new WeakMap<ReadonlySet<string>, Kept>();

/**
 * The decisions on an operation as they came out in one answer: what would have been given, but is not in it (nobody was
 * found, a provider failed, a null took its place, nothing was within the scope), is `ABSENT`.
 */
export function asGiven(published: Published, decisions: Decisions, { fields, matched }: Given): Decisions {
  const known = matched.size === 0 ? kept.get(fields) : undefined;
  if (known?.decisions === decisions) return known.result;
  const given = withSources(published, fields);
  const result = decisions.map((one): DisclosedCoordinate => {
    if (one.effect === 'DENY' || one.effect === 'CONDITION' || !isField(published.schema, one.coordinate))
      return one;
    if ((one.effect === 'MATCH' ? matched : given).has(one.coordinate)) return one;
    const { coordinate, provider, policies } = one;
    return { coordinate, effect: 'ABSENT', provider, policies };
  });
  if (matched.size === 0) kept.set(fields, { decisions, result });
  return result;
}

/** What was given tells also of what it is computed from, and is what the interfaces of its type promise. */
function withSources({ schema, index }: Published, fields: ReadonlySet<string>): Set<string> {
  const all = new Set(fields);
  for (const coordinate of fields) {
    const [owner = '', field = ''] = coordinate.split('.');
    for (const type of relatedTo(schema, owner)) all.add(`${type}.${field}`);
  }
  for (const coordinate of [...all]) for (const source of index.rule(coordinate).requires) all.add(source);
  return all;
}

/** Interfaces of a type; of an interface whose objects were not told apart, whatever they may have been. */
function relatedTo(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  const objects = isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  return [...interfaces, ...objects].map((one) => one.name);
}

/** Of arguments, input fields and enum values it was decided whether they may be used: they were. */
function isField(schema: GraphQLSchema, coordinate: string): boolean {
  const type = schema.getType(coordinate.slice(0, coordinate.indexOf('.')));
  return !coordinate.includes('(') && (isObjectType(type) || isInterfaceType(type));
}
