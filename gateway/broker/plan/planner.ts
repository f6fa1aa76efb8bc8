import type { QueryPlan } from '@apollo/query-planner';
import { buildASTSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { type Needs, needsOf } from '../program/needs.ts';
import type { Numbers } from './numbers.ts';
import type { AddedNames } from './question-keys.ts';
import type { Requirement } from './requirements.ts';

/** Plans operations over one supergraph: in this thread (`in-process.ts`), or in one of its own (`thread/`). */
export interface Planner {
  /**
   * The plan of a document's only operation; plain data. Variables are not known yet. `draw` (0 to 100) decides which side of
   * each progressive `@override` is asked: a label `percent(n)` is on for draws below n.
   */
  plan(document: DocumentNode, draw: number): QueryPlan | Promise<QueryPlan>;
  /** Fields that plans may ask for besides: a document asks each of them under its own name (`questionKeys`). */
  readonly added: AddedNames;
  /** Percentages at which plans change, ascending; draws between the same two have the same plan. */
  readonly thresholds: readonly number[];
  /** Fields whose numbers a double may not hold. */
  readonly numbers: Numbers;
  /** What subgraphs have to be told of entities. */
  readonly needs: Needs;
  /** Every type that subgraphs may name, also those that consumers may not see, with what it implements; without fields. */
  readonly types: GraphQLSchema;
  /** Name of the object, interface or union that a field leads to; undefined for a leaf. */
  typeOf(coordinate: string): string | undefined;
}

/** What is known of a supergraph before anything is planned over it; plain data. */
export interface PlannerFacts {
  readonly thresholds: readonly number[];
  readonly added: AddedNames;
  readonly requirements: readonly Requirement[];
  readonly numbers: { readonly [kind in keyof Numbers]: readonly string[] };
  /** SDL of `Planner.types`. */
  readonly types: string;
  /** By coordinate, for `Planner.typeOf`. */
  readonly compositeFields: ReadonlyMap<string, string>;
}

export function plannerOf(
  { thresholds, added, requirements, numbers, types, compositeFields }: PlannerFacts,
  plan: Planner['plan'],
): Planner {
  const trusted = { assumeValid: true, assumeValidSDL: true };
  return {
    plan,
    thresholds,
    added,
    needs: needsOf(requirements),
    numbers: { scalars: new Set(numbers.scalars), ids: new Set(numbers.ids) },
    types: buildASTSchema(parse(types, { noLocation: true }), trusted),
    typeOf: (coordinate) => compositeFields.get(coordinate),
  };
}
