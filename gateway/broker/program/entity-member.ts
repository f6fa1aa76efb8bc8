import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import type { Numbers } from '../plan/numbers.ts';
import { askedFields, asksAnything, withoutKeys } from './asked-fields.ts';
import type { Blame } from './blame.ts';
import { compileLacking } from './lacking.ts';
import type { Needs } from './needs.ts';
import { objectsAt, type Path, pathsTo } from './paths.ts';
import { compilePicker, type Picker, topKeys } from './picker.ts';
import type { JsonObject } from './record.ts';
import { compileRepresentation } from './representations.ts';
import { askedOfEntities, asksAny } from './request.ts';
import { compileRewrites, type Rewriter } from './rewrites.ts';
import type { RunState } from './step.ts';
import { type Condition, isWanted, type Task } from './tasks.ts';
import { typeNames } from './type-names.ts';

/** What one fetch asks of entities, at every path where it asks the same. */
export interface Member {
  /** Tells it from all others of its group. */
  readonly name: string;
  readonly node: FetchNode;
  /** The keys that it brings. */
  readonly fields: readonly string[];
  readonly asksType: boolean;
  /** May it bring numbers that a double does not hold? */
  readonly isExact: boolean;
  readonly pick: Picker;
  readonly outputRewrite: Rewriter | null;
  /** Is any value asked for, anywhere? */
  isWanted(state: RunState): boolean;
  entitiesIn(state: RunState): JsonObject[];
  /**
   * Which entities have to be asked for, each of them once. Those that cannot be asked everything, as a part of what they are
   * represented by is missing, are asked the rest as another member.
   */
  gather(entities: readonly JsonObject[], variables: RunState['variables']): Gathered[];
  /** Where in the answer each entity stands. Only computed when an error needs it. */
  placesIn(state: RunState): ReadonlyMap<JsonObject, Path>;
}

/** Entities of one request: the JSON of the list of representations, and for each of them where its answer belongs. */
export interface Gathered {
  readonly member: Member;
  readonly representations: string;
  readonly targets: readonly (readonly JsonObject[])[];
}

interface Place {
  readonly path: Path;
  readonly conditions: readonly Condition[];
}

/** What members are compiled with. */
export interface MemberParts {
  readonly schema: GraphQLSchema;
  readonly needs: Needs;
  readonly numbers: Numbers;
  /** Whom to name for a value that is missing without a reason where these tasks begin. */
  blame(tasks: readonly Task[]): Blame;
}

/** Tasks that ask the same become one member. */
export function compileMembers(parts: MemberParts, tasks: readonly Task[]): Member[] {
  const byQuestion = new Map<string, { readonly node: FetchNode; readonly places: Place[] }>();
  const blame = parts.blame(tasks);
  for (const { node, path, conditions } of tasks) {
    const { operation, requires, variableUsages, inputRewrites, outputRewrites, contextRewrites } = node;
    const rewrites = [inputRewrites, outputRewrites, contextRewrites];
    const question = JSON.stringify([operation, requires, variableUsages, rewrites]);
    const same = byQuestion.get(question);
    if (same) same.places.push({ path, conditions });
    else byQuestion.set(question, { node, places: [{ path, conditions }] });
  }
  return [...byQuestion.values()].map(({ node, places }, index) =>
    compileMember(parts, blame, `${index}`, node, places),
  );
}

function compileMember(
  parts: MemberParts,
  blame: Blame,
  name: string,
  node: FetchNode,
  places: readonly Place[],
): Member {
  const { schema, numbers } = parts;
  const document = parse(node.operation, { noLocation: true });
  const set = askedOfEntities(document);
  const fields = topKeys(document, set);
  const { representationOf, idOf } = compileRepresentation(parts, node.requires ?? [], node.inputRewrites);
  const pathsIn = (state: RunState): Path[] =>
    places.filter((one) => isWanted(one.conditions, state.variables)).map((one) => one.path);
  const isAsking = asksAnything(askedFields(document));
  const { objects } = typeNames(schema);
  const lackingOf = compileLacking(parts, node, document, blame);
  const partial = new Map<string, Member | null>();
  /** The member that asks everything but some keys; null where that is nothing. */
  const without = (lost: readonly string[]): Member | null => {
    if (lost.length === 0) return member;
    const key = lost.join(' ');
    let known = partial.get(key);
    if (known === undefined) {
      const left = withoutKeys(node, document, new Set(lost));
      known = left && compileMember(parts, blame, `${name} without ${key}`, left, places);
      partial.set(key, known);
    }
    return known;
  };
  const member: Member = {
    name,
    node,
    fields,
    asksType: fields.includes('__typename'),
    isExact: asksAny(document, numbers.scalars),
    pick: compilePicker(schema, document, set),
    outputRewrite: compileRewrites(schema, node.outputRewrites),
    isWanted: (state) => pathsIn(state).length > 0 && isAsking(state.variables),
    entitiesIn(state) {
      const entities = pathsIn(state).flatMap((path) => objectsAt(state.data, path));
      if (isAsking(state.variables)) return entities;
      return entities.filter(({ __typename: type }) => !objects.has(String(type)));
    },
    gather(entities, variables) {
      const byId = new Map<string, JsonObject[]>();
      const byRepresentation = new Map<string, JsonObject[]>();
      const whole = new Gathering(member);
      const gatherings = new Map([[member, whole]]);
      for (const entity of entities) {
        const id = idOf(entity);
        let representation = id === undefined ? representationOf(entity) : null;
        const key = id ?? representation;
        let same = key === null ? undefined : (id === undefined ? byRepresentation : byId).get(key);
        if (!same) {
          representation ??= representationOf(entity);
          if (representation === null || key === null) {
            const lacking = lackingOf(entity, variables);
            const asking = lacking && without(lacking.lost);
            if (!lacking || !asking) continue;
            const gathering = gatherings.get(asking) ?? new Gathering(asking);
            gatherings.set(asking, gathering);
            gathering.add(lacking.representation).push(entity);
            continue;
          }
          same = whole.add(representation);
          (id === undefined ? byRepresentation : byId).set(key, same);
        }
        same.push(entity);
      }
      return [...gatherings.values()].flatMap((one) => one.gathered ?? []);
    },
    placesIn(state) {
      const found = new Map<JsonObject, Path>();
      for (const path of pathsIn(state)) {
        const at = pathsTo(state.data, path);
        for (const [index, entity] of objectsAt(state.data, path).entries())
          found.set(entity, at[index] ?? []);
      }
      return found;
    },
  };
  return member;
}

class Gathering {
  readonly #member: Member;
  readonly #representations: string[] = [];
  readonly #targets: JsonObject[][] = [];

  constructor(member: Member) {
    this.#member = member;
  }

  /** Adds an entity: where those belong that are the same. */
  add(representation: string): JsonObject[] {
    const targets: JsonObject[] = [];
    this.#representations.push(representation);
    this.#targets.push(targets);
    return targets;
  }

  /** Null when there is nothing to ask. */
  get gathered(): Gathered | null {
    if (this.#targets.length === 0) return null;
    const representations = `[${this.#representations.join(',')}]`;
    return { member: this.#member, representations, targets: this.#targets };
  }
}
