import type { Failure } from '../../errors.ts';
import { failureOfAnswer, type ProviderName, providerFacts } from './step.ts';
import type { Task } from './tasks.ts';

/** Names whoever was to bring a value that is missing without a reason. */
export type Blame = (missing: string) => Failure;

/** Of the fetches that come before some, the last that asks for the value. */
export function blameBefore(tasks: readonly Task[], providerName: ProviderName): Blame {
  return (missing) => {
    const before: Task[] = [];
    const seen = new Set<Task>(tasks);
    for (let next = [...seen]; next.length > 0; ) {
      next = next.flatMap((one) => [...one.after]).filter((one) => !seen.has(one));
      for (const one of next) seen.add(one);
      before.push(...next);
    }
    const name = new RegExp(`\\b${missing}\\b`);
    const asking = before.find((one) => name.test(one.node.operation)) ?? before[0] ?? tasks[0];
    if (!asking) throw new Error('a fetch of nothing');
    return failureOfAnswer(providerFacts(asking.node, providerName));
  };
}
