import { buildASTSchema, type DefinitionNode, type GraphQLSchema, Kind } from 'graphql';
import { type CostModel, costModel } from './cost-model.ts';
import type { Prepared } from './prepare.ts';
import type { SharingIndex, SharingRule, Subgraph } from './rules.ts';
import { unknownRule } from './unknown-rule.ts';

/** One published state of all subgraphs: what the gateway serves and under which rules. Immutable. */
export interface Publication {
  /** Digest of everything that it was made from. */
  readonly revision: string;
  readonly supergraphSdl: string;
  /** What consumers see, with `@purpose` and the rules in the descriptions. */
  readonly schema: GraphQLSchema;
  readonly index: SharingIndex;
  readonly costs: CostModel;
  readonly subgraphs: readonly Subgraph[];
}

/** What was prepared, with the consumers' schema parsed already. */
export interface Revivable extends Omit<Prepared, 'consumerSdl'> {
  readonly definitions: readonly DefinitionNode[];
}

/** A publication of what was prepared elsewhere. */
export function revivePublication(prepared: Revivable): Publication {
  const { revision, supergraphSdl, subgraphs } = prepared;
  return {
    revision,
    supergraphSdl,
    subgraphs,
    schema: reviveSchema(prepared.definitions),
    index: reviveIndex(revision, prepared.rules),
    costs: costModel(prepared.costs),
  };
}

/** What was printed from a schema is valid. */
function reviveSchema(definitions: readonly DefinitionNode[]): GraphQLSchema {
  const trusted = { assumeValid: true, assumeValidSDL: true };
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions }, trusted);
}

function reviveIndex(revision: string, all: readonly SharingRule[]): SharingIndex {
  const rules = new Map<string, SharingRule>(all.map((rule) => [rule.coordinate, rule]));
  return {
    revision,
    rule: (coordinate) => rules.get(coordinate) ?? unknownRule(coordinate),
    coordinates: () => all,
  };
}
