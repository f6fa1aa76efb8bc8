import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import { objectsAt, type Path, pathsTo } from './paths.ts';
import { compilePicker, type Picker, topKeys } from './picker.ts';
import type { JsonObject } from './record.ts';
import { compileRepresentation } from './representations.ts';
import { askedOfEntities } from './request.ts';
import { compileRewrites, type Rewriter } from './rewrites.ts';
import type { RunState } from './step.ts';
import { type Condition, isWanted, type Task } from './tasks.ts';

/** What one fetch asks of entities, at every path where it asks the same. */
export interface Member {
  readonly node: FetchNode;
  /** The keys that it brings. */
  readonly fields: readonly string[];
  readonly asksType: boolean;
  readonly pick: Picker;
  readonly outputRewrite: Rewriter | null;
  isWanted(state: RunState): boolean;
  entitiesIn(state: RunState): JsonObject[];
  /** Which entities have to be asked for, each of them once; null when there are none. */
  gather(entities: readonly JsonObject[]): Gathered | null;
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

/** Tasks that ask the same become one member. */
export function compileMembers(schema: GraphQLSchema, tasks: readonly Task[]): Member[] {
  const byQuestion = new Map<string, { readonly node: FetchNode; readonly places: Place[] }>();
  for (const { node, path, conditions } of tasks) {
    const { operation, requires, variableUsages, inputRewrites, outputRewrites, contextRewrites } = node;
    const rewrites = [inputRewrites, outputRewrites, contextRewrites];
    const question = JSON.stringify([operation, requires, variableUsages, rewrites]);
    const same = byQuestion.get(question);
    if (same) same.places.push({ path, conditions });
    else byQuestion.set(question, { node, places: [{ path, conditions }] });
  }
  return [...byQuestion.values()].map(({ node, places }) => compileMember(schema, node, places));
}

function compileMember(schema: GraphQLSchema, node: FetchNode, places: readonly Place[]): Member {
  const document = parse(node.operation, { noLocation: true });
  const set = askedOfEntities(document);
  const fields = topKeys(document, set);
  const { representationOf, idOf } = compileRepresentation(schema, node.requires ?? [], node.inputRewrites);
  const pathsIn = (state: RunState): Path[] =>
    places.filter((one) => isWanted(one.conditions, state.variables)).map((one) => one.path);
  const member: Member = {
    node,
    fields,
    asksType: fields.includes('__typename'),
    pick: compilePicker(schema, document, set),
    outputRewrite: compileRewrites(schema, node.outputRewrites),
    isWanted: (state) => pathsIn(state).length > 0,
    entitiesIn: (state) => pathsIn(state).flatMap((path) => objectsAt(state.data, path)),
    gather(entities) {
      const byId = new Map<string, JsonObject[]>();
      const byRepresentation = new Map<string, JsonObject[]>();
      const representations: string[] = [];
      const targets: JsonObject[][] = [];
      for (const entity of entities) {
        const id = idOf(entity);
        let representation = id === undefined ? representationOf(entity) : null;
        const key = id ?? representation;
        if (key === null) continue;
        const groups = id === undefined ? byRepresentation : byId;
        let same = groups.get(key);
        if (!same) {
          representation ??= representationOf(entity);
          if (representation === null) continue;
          same = [];
          groups.set(key, same);
          representations.push(representation);
          targets.push(same);
        }
        same.push(entity);
      }
      return targets.length > 0
        ? { member, representations: `[${representations.join(',')}]`, targets }
        : null;
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
