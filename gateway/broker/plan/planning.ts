import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import {
  buildSupergraph,
  operationFromDocument,
  prettyFormatQueryPlan,
  QueryPlanner,
} from '../../federation/index.ts';
import { withoutContradictions } from './contradictions.ts';
import { fixArguments } from './fixed-arguments.ts';
import { withoutForeignDirectives } from './foreign-directives.ts';
import { interfaceObjects, withObjectConditions } from './interface-conditions.ts';
import { numbersIn } from './numbers.ts';
import type { PlannerFacts } from './planner.ts';
import { isPrepared, providedIn } from './prepared.ts';
import { addedNames } from './question-keys.ts';
import { requirementsOf } from './requirements.ts';
import { withResolvableKeys } from './resolvable-keys.ts';
import { withTwins } from './twins.ts';
import { compositeFieldsOf, typesOf } from './types.ts';

/** Plans over one supergraph, in the thread that calls it: how the planner's graph is built, and what it costs, is seen here. */
export interface Planning {
  readonly facts: PlannerFacts;
  plan(document: DocumentNode, draw: number): QueryPlan;
}

export function createPlanning(supergraphSdl: string): Planning {
  const document = withResolvableKeys(withoutForeignDirectives(parse(supergraphSdl, { noLocation: true })));
  const own = planOver(document);
  const added = addedNames(own.planned);
  let apart: ReturnType<typeof planOverTwins> | undefined;
  const labels = new Map(
    [...supergraphSdl.matchAll(/overrideLabel: "(percent\((\d+(?:\.\d+)?)\))"/g)].map(
      ([, label = '', percent]) => [label, Number(percent)],
    ),
  );
  const partial = [...labels.values()].filter((percent) => percent > 0 && percent < 100);
  const thresholds = [...new Set(partial)].sort((a, b) => a - b);
  return {
    facts: {
      thresholds,
      added,
      requirements: requirementsOf(document),
      numbers: numbersIn(document),
      types: typesOf(own.planned),
      compositeFields: compositeFieldsOf(own.planned),
    },
    plan(given, draw) {
      const overrides = new Map([...labels].map(([label, percent]) => [label, draw < percent]));
      const settled = withoutContradictions(given);
      const plan = own.plan(settled, overrides);
      if (plan) return plan;
      apart ??= planOverTwins(document);
      const second = apart(settled, overrides);
      if (!second) throw new Error('no plan gives every field what it requires');
      return second;
    },
  };
}

type PlanOperation = (document: DocumentNode, overrides: Map<string, boolean>) => QueryPlan | null;

/** Plans over one form of the supergraph; null where the planner asks for a field before what it requires is there. */
function planOver(supergraph: DocumentNode): {
  readonly plan: PlanOperation;
  readonly planned: DocumentNode;
} {
  const { supergraph: planned, needs, restore } = fixArguments(supergraph);
  const built = buildSupergraph(planned, { isChecked: true });
  const apiSchema = built.apiSchema();
  let schema: GraphQLSchema | undefined;
  const isGiven = (plan: QueryPlan): boolean => {
    if (needs.size === 0) return true;
    schema ??= built.schema.toGraphQLJSSchema();
    return isPrepared(plan, schema, { needs, provided });
  };
  const provided = providedIn(requirementsOf(planned));
  // Looking for fragments that it could use again, the planner fails on those that do not fit a subgraph's types.
  const planner = new QueryPlanner(built, { reuseQueryFragments: false });
  // Federation's own types for documents come from its copy of graphql's type declarations: the same ones.
  const interfaces = interfaceObjects(supergraph);
  const plan: PlanOperation = (given, overrideConditions) => {
    const document =
      interfaces.size > 0 ? withObjectConditions(given, apiSchema.toGraphQLJSSchema(), interfaces) : given;
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const made = planner.buildQueryPlan(operation, { overrideConditions });
    return isGiven(made) ? restore(made) : null;
  };
  return { plan, planned };
}

function planOverTwins(supergraph: DocumentNode): PlanOperation {
  const twins = withTwins(supergraph);
  const { plan } = planOver(twins.supergraph);
  return (document, overrides) => {
    const made = plan(document, overrides);
    if (!made?.node || made.node.kind === 'Subscription') return made;
    return { ...made, node: withRealSubgraphs(made.node, twins.subgraphOf) };
  };
}

function withRealSubgraphs(node: PlanNode, subgraphOf: ReadonlyMap<string, string>): PlanNode {
  const within = (inner: PlanNode): PlanNode => withRealSubgraphs(inner, subgraphOf);
  switch (node.kind) {
    case 'Fetch':
      return { ...node, serviceName: subgraphOf.get(node.serviceName) ?? node.serviceName };
    case 'Flatten':
      return { ...node, node: within(node.node) };
    case 'Parallel':
    case 'Sequence':
      return { ...node, nodes: node.nodes.map(within) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: within(node.ifClause) }),
        ...(node.elseClause && { elseClause: within(node.elseClause) }),
      };
    default:
      return node;
  }
}

/** A plan in the notation of the field, for people and snapshots. */
export function printPlan(plan: QueryPlan): string {
  return prettyFormatQueryPlan(plan);
}
