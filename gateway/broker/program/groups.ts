import { Kind, parse, print } from 'graphql';
import { operationIn } from './request.ts';
import type { Task } from './tasks.ts';

/**
 * Which fetches go to a provider together. Entities that several fetches of one level ask of one subgraph are asked in one
 * request: a call costs both sides a signature, a verification and a round trip. What waits for different answers then
 * waits for all of them, but so does the answer as a whole. Members of a group have distinct operations, or the same at
 * several paths. Levels keep the order: a group only ever waits for groups of smaller levels.
 */
export function groupTasks(tasks: readonly Task[]): Task[][] {
  const groups: { readonly place: string; readonly tasks: Task[]; readonly names: Map<string, string> }[] =
    [];
  for (const task of tasks) {
    const names = isJoinable(task) ? namesIn(task.node.operation) : null;
    const place = `${task.level} ${task.node.serviceName}`;
    const group = names && groups.find((one) => one.place === place && agree(one.names, names));
    if (group) {
      group.tasks.push(task);
      for (const [name, text] of names) group.names.set(name, text);
    } else groups.push({ place: names ? place : '', tasks: [task], names: names ?? new Map() });
  }
  return groups.map((one) => one.tasks);
}

/** Arguments from the context are variables of their own for each set of values: such fetches stay alone. */
function isJoinable({ node }: Task): boolean {
  return node.requires !== undefined && (node.contextRewrites ?? []).length === 0;
}

/** What an operation means by the names that all of its document shares: fragments, and variables with their types. */
function namesIn(operation: string): Map<string, string> {
  const document = parse(operation, { noLocation: true });
  const names = new Map<string, string>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) names.set(`...${one.name.value}`, print(one));
  for (const { variable, type, defaultValue } of operationIn(document).variableDefinitions ?? [])
    names.set(`$${variable.name.value}`, `${print(type)} ${defaultValue ? print(defaultValue) : ''}`);
  return names;
}

function agree(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...other].every(([name, text]) => (one.get(name) ?? text) === text);
}
