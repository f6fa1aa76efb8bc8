import type { QueryPlan } from '@apollo/query-planner';
import type { Planner } from '../plan/planner.ts';
import { type Blame, blameBefore } from './blame.ts';
import { compileEntityFetch } from './entity-fetch.ts';
import type { MemberParts } from './entity-member.ts';
import { groupTasks } from './groups.ts';
import { compileRootFetch } from './root-fetch.ts';
import { type SourceAt, sourcesOf } from './sources.ts';
import type { ProviderName, RunState, Step } from './step.ts';
import { isWanted, runNodeOf, type Task, tasksOf } from './tasks.ts';

/** Runs all fetches of a plan, merging what they bring into `state.data`. Never rejects for a provider's fault. */
export interface PlanProgram {
  run(state: RunState): Promise<void>;
  /** One fetch brings everything, under the names that the consumer gave: its answer may pass as it is. */
  readonly isLone: boolean;
  readonly sourceAt: SourceAt;
  /** Nobody is asked: the planner knows no way to any of the fields. */
  readonly isEmpty: boolean;
}

/** Compiles a plan to a program. `schema` is the supergraph's, for the types of rewrites. */
export function compilePlan(
  planner: Pick<Planner, 'types' | 'needs' | 'numbers'>,
  plan: QueryPlan,
  providerName: ProviderName,
): PlanProgram {
  const { types: schema, needs, numbers } = planner;
  const node = runNodeOf(plan);
  if (!node) return { run: async () => undefined, isLone: false, isEmpty: true, sourceAt: () => null };
  const tasks = tasksOf(node);
  const sourceAt = sourcesOf(tasks);
  // A lone fetch has nobody else's fields to speak for, and shaping takes only what was selected.
  if (node.kind === 'Fetch') {
    const run = compileRootFetch({ schema, numbers }, node, [], providerName, { isAlone: true });
    return { run, isLone: (node.outputRewrites ?? []).length === 0, isEmpty: false, sourceAt };
  }
  const blame = (before: readonly Task[]): Blame => blameBefore(before, providerName);
  const run = compileTasks({ schema, needs, numbers, blame }, tasks, providerName);
  return { run, isLone: false, isEmpty: false, sourceAt };
}

/** Each step begins as soon as the steps are done that bring what it needs. */
function compileTasks(parts: MemberParts, tasks: readonly Task[], providerName: ProviderName): Step {
  const groups = groupTasks(tasks);
  const steps = groups.map((group) => {
    const waitsFor = new Set(group.flatMap((task) => [...task.after]));
    const after = groups.flatMap((one, index) => (one.some((task) => waitsFor.has(task)) ? [index] : []));
    return { step: compileGroup(parts, group, providerName), after };
  });
  return async (state) => {
    const running: Promise<void>[] = [];
    for (const { step, after } of steps) {
      const [first] = after;
      if (first === undefined) running.push(step(state));
      else if (after.length === 1) running.push((running[first] ?? DONE).then(() => step(state)));
      else running.push(Promise.all(after.map((index) => running[index])).then(() => step(state)));
    }
    await Promise.all(running);
  };
}

const DONE = Promise.resolve();

function compileGroup(parts: MemberParts, group: readonly Task[], providerName: ProviderName): Step {
  const [first] = group;
  if (!first) throw new Error('a group without a fetch');
  const { node, path, conditions } = first;
  if (node.requires) return compileEntityFetch(parts, group, providerName);
  const step = compileRootFetch(parts, node, path, providerName, { isAlone: false });
  return async (state) => {
    if (isWanted(conditions, state.variables)) await step(state);
  };
}
