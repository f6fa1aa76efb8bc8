import { type ReportedError, readAnswer } from './answer.ts';
import { compileContexts } from './contexts.ts';
import { compileMembers, type Gathered, type MemberParts } from './entity-member.ts';
import { compileJoined } from './joined-request.ts';
import { mergeInto } from './merge.ts';
import type { Path } from './paths.ts';
import { isJsonObject, type JsonObject, markFailed, UNKNOWN_THERE } from './record.ts';
import {
  allLocated,
  INVALID_ANSWER,
  markLost,
  mergingFrom,
  type NoAnswer,
  type ProviderName,
  providerFacts,
  type RunState,
  type Step,
  told,
  untold,
} from './step.ts';
import type { Task } from './tasks.ts';
import { typeNames } from './type-names.ts';

/** Compiles the fetch of entities: one request for all tasks of a group. */
export function compileEntityFetch(
  parts: MemberParts,
  tasks: readonly Task[],
  providerName: ProviderName,
): Step {
  const { schema } = parts;
  const [task] = tasks;
  if (!task) throw new Error('a fetch of nothing');
  const provider = providerFacts(task.node, providerName);
  const merging = mergingFrom(schema, provider);
  const members = compileMembers(parts, tasks);
  const bodyOf = compileJoined(members);
  const isExact = members.some((one) => one.isExact);
  const { objects, interfaces } = typeNames(schema);

  const lose = (gathered: readonly Gathered[], why: NoAnswer): void => {
    for (const { member, targets } of gathered) markLost(targets.flat(), member.fields, why, provider);
  };

  const ask = async (state: RunState, gathered: readonly Gathered[], context: JsonObject): Promise<void> => {
    try {
      const { body, keys } = bodyOf(gathered, state.variables, context);
      const answer = readAnswer(await state.fetch({ subgraph: provider.subgraph, body }), isExact);
      if (!answer.ok) return lose(gathered, answer);
      const { data, errors, omitted } = answer;
      if (!data && !allLocated(answer)) return lose(gathered, INVALID_ANSWER);
      if (errors.length > 0) report(state, gathered, keys, errors);
      if (omitted > 0) state.failures.push(untold(omitted, provider));
      if (!data) return;
      for (const [at, one] of gathered.entries()) {
        const received = data[keys[at] ?? ''];
        if (Array.isArray(received) && received.length === one.targets.length) take(one, received);
        else lose([one], INVALID_ANSWER);
      }
    } catch {
      // An answer so strange that handling it throws (nesting that overflows the stack) is no answer.
      lose(gathered, INVALID_ANSWER);
    }
  };

  /** The type of an entity where it is known, and not only that it is one of an interface's. */
  const typeOf = ({ __typename: name }: JsonObject): string | null =>
    typeof name === 'string' && objects.has(name) ? name : null;

  const report = (
    state: RunState,
    gathered: readonly Gathered[],
    keys: readonly string[],
    errors: readonly ReportedError[],
  ): void => {
    const places = new Map(gathered.flatMap(({ member }) => [...member.placesIn(state)]));
    const tell = (target: JsonObject, error: ReportedError, below: Path): void => {
      state.failures.push(told(error, provider, [...(places.get(target) ?? []), ...below]));
    };
    /** What does not say which entity it is about is about all that it can be about; once, however often it is said. */
    const vague = new Map<string, readonly Gathered[]>();
    for (const error of errors) {
      const [key, index, ...rest] = error.path ?? [];
      const at = typeof key === 'string' ? keys.indexOf(key) : -1;
      const entity = typeof index === 'number' ? gathered[at]?.targets[index] : undefined;
      if (entity) for (const target of entity) tell(target, error, rest);
      else vague.set(`${at} ${error.code ?? ''}`, gathered[at] ? [gathered[at]] : gathered);
    }
    for (const [what, about] of vague) {
      const code = what.slice(what.indexOf(' ') + 1) || null;
      for (const { targets } of about)
        for (const target of targets.flat()) tell(target, { code, path: null }, []);
    }
  };

  const take = ({ member, targets }: Gathered, received: readonly unknown[]): void => {
    for (const [index, same] of targets.entries()) {
      for (const target of same) {
        // Picked anew for each: what is merged into one of them later must not show in another.
        const entity = member.pick(received[index], typeOf(target));
        if (entity === null) {
          for (const unknown of same) markFailed(unknown, member.fields, UNKNOWN_THERE);
          break;
        }
        if (!isJsonObject(entity)) {
          markLost(same, member.fields, INVALID_ANSWER, provider);
          break;
        }
        member.outputRewrite?.(entity);
        // Who knows it only as an interface object does not know better than who told its type.
        if (member.asksType && interfaces.has(String(entity.__typename))) delete entity.__typename;
        mergeInto(merging, target, entity);
      }
    }
  };

  /** What another provider answered can be too strange to be sent on (nesting that overflows the stack). */
  const gather = (
    state: RunState,
    one: (typeof members)[number],
    entities: readonly JsonObject[],
  ): readonly Gathered[] => {
    try {
      return one.gather(entities, state.variables);
    } catch {
      markLost(entities, one.fields, INVALID_ANSWER, provider);
      return [];
    }
  };

  const [member] = members;
  const { contextRewrites = [] } = task.node;
  if (member && contextRewrites.length > 0) {
    // Arguments from the context are variables, the same for a whole request: one request for each set of values.
    const groupByContext = compileContexts(schema, task.path, contextRewrites);
    return async (state) => {
      const groups = member.isWanted(state) ? groupByContext(state.data) : [];
      const asked = groups.map(({ entities, values }) => ({
        gathered: gather(state, member, entities),
        values,
      }));
      await Promise.all(
        asked.map(({ gathered, values }) => (gathered.length > 0 ? ask(state, gathered, values) : undefined)),
      );
    };
  }
  return async (state) => {
    const gathered = members.flatMap((one) => gather(state, one, one.entitiesIn(state)));
    if (gathered.length > 0) await ask(state, gathered, {});
  };
}
