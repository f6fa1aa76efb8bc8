import { buildASTSchema, type GraphQLSchema, parse } from 'graphql';
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

/** A publication of what was prepared elsewhere. */
export function revivePublication(prepared: Prepared): Publication {
  const { revision, supergraphSdl, subgraphs } = prepared;
  return {
    revision,
    supergraphSdl,
    subgraphs,
    schema: reviveSchema(prepared.consumerSdl),
    index: reviveIndex(revision, prepared.rules),
    costs: costModel(prepared.costs),
  };
}

/** What was printed from a schema is valid. */
function reviveSchema(sdl: string): GraphQLSchema {
  const trusted = { assumeValid: true, assumeValidSDL: true };
  return buildASTSchema(parse(sdl, { noLocation: true }), trusted);
}

function reviveIndex(revision: string, all: readonly SharingRule[]): SharingIndex {
  const rules = new Map<string, SharingRule>(all.map((rule) => [rule.coordinate, rule]));
  return {
    revision,
    rule: (coordinate) => rules.get(coordinate) ?? unknownRule(coordinate),
    coordinates: () => all,
  };
}
