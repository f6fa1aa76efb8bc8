import { operationFromDocument } from '@apollo/federation-internals';
import { type PlanNode, prettyFormatQueryPlan, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, print } from 'graphql';
import { buildSupergraph } from '../../registry/index.ts';
import { withoutContradictions } from './contradictions.ts';
import { fixArguments } from './fixed-arguments.ts';
import { internalKeys, type KeyOf, withInternalKeys } from './internal-keys.ts';
import { isPrepared } from './prepared.ts';
import { withResolvableKeys } from './resolvable-keys.ts';
import { withTwins } from './twins.ts';

/** Plans operations over one supergraph. */
export interface Planner {
  /**
   * The plan of a document's only operation; plain data. Variables are not known yet. `draw` (0 to 100) decides which side of
   * each progressive `@override` is asked: a label `percent(n)` is on for draws below n.
   */
  plan(document: DocumentNode, draw: number): QueryPlan;
  /** The key under which a plan asks for a consumer's field. */
  readonly keyOf: KeyOf;
  /** Percentages at which plans change, ascending; draws between the same two have the same plan. */
  readonly thresholds: readonly number[];
  /** Every type that subgraphs may name, also those that consumers may not see. */
  readonly supergraph: GraphQLSchema;
}

export function createPlanner(supergraphSdl: string): Planner {
  const document = withResolvableKeys(parse(supergraphSdl, { noLocation: true }));
  const own = planOver(document);
  const keyOf = internalKeys(own.planned);
  let apart: ReturnType<typeof planOverTwins> | undefined;
  const labels = new Map(
    [...supergraphSdl.matchAll(/overrideLabel: "(percent\((\d+(?:\.\d+)?)\))"/g)].map(
      ([, label = '', percent]) => [label, Number(percent)],
    ),
  );
  const partial = [...labels.values()].filter((percent) => percent > 0 && percent < 100);
  return {
    keyOf,
    thresholds: [...new Set(partial)].sort((a, b) => a - b),
    supergraph: own.schema,
    plan(given, draw) {
      const overrides = new Map([...labels].map(([label, percent]) => [label, draw < percent]));
      const settled = withoutContradictions(withInternalKeys(given, keyOf));
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
  readonly schema: GraphQLSchema;
} {
  const { supergraph: planned, needs, restore } = fixArguments(supergraph);
  const built = buildSupergraph(print(planned), { isChecked: true });
  const apiSchema = built.apiSchema();
  const schema = built.schema.toGraphQLJSSchema();
  const planner = new QueryPlanner(built);
  // Federation's own types for documents come from its copy of graphql's type declarations: the same ones.
  const plan: PlanOperation = (document, overrideConditions) => {
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const made = planner.buildQueryPlan(operation, { overrideConditions });
    return isPrepared(made, schema, needs) ? restore(made) : null;
  };
  return { plan, planned, schema };
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
