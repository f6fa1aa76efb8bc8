import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { Path } from './paths.ts';

/** A value that a variable must have for a fetch to be made at all. */
export interface Condition {
  readonly variable: string;
  readonly wanted: boolean;
}

/** One fetch of a plan, with what it waits for. */
export interface Task {
  readonly node: FetchNode;
  readonly path: Path;
  readonly conditions: readonly Condition[];
  readonly after: ReadonlySet<Task>;
  /** Length of the longest way to it; each task that it waits for has a smaller one. */
  readonly level: number;
}

/**
 * What a plan runs. An event of a subscription stands for the answer of its first fetch; what is missing of it is fetched as
 * always.
 */
export function runNodeOf({ node }: QueryPlan): PlanNode | undefined {
  if (node?.kind !== 'Subscription') return node;
  const { primary, rest } = node;
  return rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary;
}

/** The fetches of a plan in an order in which they can be made: none before one that it waits for. */
export function tasksOf(plan: PlanNode): Task[] {
  const tasks: Task[] = [];
  const visit = (
    node: PlanNode,
    path: Path,
    conditions: readonly Condition[],
    after: ReadonlySet<Task>,
  ): ReadonlySet<Task> => {
    switch (node.kind) {
      case 'Fetch': {
        const level = Math.max(-1, ...[...after].map((one) => one.level)) + 1;
        const task: Task = { node, path, conditions, after, level };
        tasks.push(task);
        return new Set([task]);
      }
      case 'Flatten':
        return visit(node.node, [...path, ...node.path], conditions, after);
      case 'Parallel':
        return union(node.nodes.map((one) => visit(one, path, conditions, after)));
      case 'Sequence':
        return node.nodes.reduce((before, one) => visit(one, path, conditions, before), after);
      case 'Condition': {
        const clause = (one: PlanNode | undefined, wanted: boolean): ReadonlySet<Task> =>
          one ? visit(one, path, [...conditions, { variable: node.condition, wanted }], after) : after;
        return union([clause(node.ifClause, true), clause(node.elseClause, false)]);
      }
      case 'Defer':
        throw new Error('@defer is not served');
      default:
        return node satisfies never;
    }
  };
  visit(plan, [], [], new Set());
  return tasks.sort((a, b) => a.level - b.level);
}

export function isWanted(
  conditions: readonly Condition[],
  variables: Readonly<Record<string, unknown>>,
): boolean {
  return conditions.every(({ variable, wanted }) => (variables[variable] === true) === wanted);
}

function union(sets: readonly ReadonlySet<Task>[]): ReadonlySet<Task> {
  return new Set(sets.flatMap((set) => [...set]));
}
