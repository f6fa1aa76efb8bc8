import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileFetch, type ProviderName, type RunState, type Step } from './fetch-step.ts';
import type { Path } from './paths.ts';

/** Runs all fetches of a plan, merging what they bring into `state.data`. Never rejects for a provider's fault. */
export interface PlanProgram {
  run(state: RunState): Promise<void>;
  /** One fetch brings everything, under the names that the consumer gave: its answer may pass as it is. */
  readonly isLone: boolean;
}

/** Compiles a plan to a program. `schema` is the supergraph's, for the types of rewrites. */
export function compilePlan(schema: GraphQLSchema, plan: QueryPlan, providerName: ProviderName): PlanProgram {
  const { node } = plan;
  if (!node) return { run: async () => undefined, isLone: false };
  if (node.kind === 'Subscription') {
    // An event of the primary stands for its answer; what is missing of it is fetched as always.
    const { primary, rest } = node;
    const run: PlanNode = rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary;
    return compilePlan(schema, { kind: 'QueryPlan', node: run }, providerName);
  }
  // A lone fetch has nobody else's fields to speak for, and shaping takes only what was selected.
  if (node.kind === 'Fetch') {
    const run = compileFetch(schema, node, [], providerName, { isAlone: true });
    return { run, isLone: (node.outputRewrites ?? []).length === 0 };
  }
  return { run: compileNode(schema, node, [], providerName), isLone: false };
}

function compileNode(schema: GraphQLSchema, node: PlanNode, path: Path, providerName: ProviderName): Step {
  const compile = (inner: PlanNode, at: Path = path): Step => compileNode(schema, inner, at, providerName);
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(schema, node, path, providerName, { isAlone: false });
    case 'Flatten':
      return compile(node.node, [...path, ...node.path]);
    case 'Parallel': {
      const steps = node.nodes.map((one) => compile(one));
      return async (state) => {
        await Promise.all(steps.map((step) => step(state)));
      };
    }
    case 'Sequence': {
      const steps = node.nodes.map((one) => compile(one));
      return async (state) => {
        for (const step of steps) await step(state);
      };
    }
    case 'Condition': {
      const { condition, ifClause, elseClause } = node;
      const yes = ifClause && compile(ifClause);
      const no = elseClause && compile(elseClause);
      return async (state) => {
        await (state.variables[condition] === true ? yes : no)?.(state);
      };
    }
    case 'Defer':
      throw new Error('@defer is not served');
    default:
      return node satisfies never;
  }
}
