import {
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, operationOf } from '../operation/index.ts';
import { isJsonObject, type JsonObject } from '../program/record.ts';
import { collectFields } from './collect.ts';
import type { ShaperInput } from './shaper.ts';

type Path = readonly (string | number)[];

/**
 * Where a consumer sees what stands at a path of the merged data: under each of its own keys for the same question. A
 * path that leads on into what only the plan or the gateway asked for ends at the object that it belongs to.
 */
export type ConsumerPaths = (data: JsonObject, path: Path) => readonly Path[];

type Input = Pick<ShaperInput, 'schema' | 'document' | 'conditions' | 'keyOf'>;

/** Nothing is prepared: only errors need it. */
export function consumerPaths({ schema, document, conditions, keyOf }: Input): ConsumerPaths {
  const fragments = fragmentsOf(document);
  const operation = operationOf(document);
  const root = schema.getRootType(operation.operation);

  const follow = (
    type: GraphQLNamedType | undefined,
    sets: readonly SelectionSetNode[],
    value: unknown,
    path: Path,
  ): readonly Path[] => {
    const [step, ...rest] = path;
    if (step === undefined) return [[]];
    if (typeof step === 'number') {
      const item: unknown = Array.isArray(value) ? value[step] : undefined;
      return follow(type, sets, item, rest).map((one) => [step, ...one]);
    }
    const object = isJsonObject(value) ? value : {};
    const found = new Map<string, Path>();
    for (const owner of ownersOf(type, object)) {
      for (const [key, nodes] of collectFields(schema, fragments, conditions, owner, sets)) {
        const [node] = nodes;
        if (!node || keyOf(node) !== step) continue;
        const field = owner.getFields()[node.name.value];
        const inner = nodes.flatMap((one) => one.selectionSet ?? []);
        for (const one of follow(field && getNamedType(field.type), inner, object[step], rest))
          found.set(JSON.stringify([key, ...one]), [key, ...one]);
      }
    }
    return found.size > 0 ? [...found.values()] : [[]];
  };

  /** The type of an object, or all that it may have where it does not say. */
  const ownersOf = (type: GraphQLNamedType | undefined, { __typename: name }: JsonObject) => {
    const told = typeof name === 'string' ? schema.getType(name) : undefined;
    if (isObjectType(told)) return [told];
    if (isObjectType(type)) return [type];
    if (!type || !isAbstractType(type)) return [];
    return [...(isInterfaceType(type) ? [type] : []), ...schema.getPossibleTypes(type)];
  };

  return (data, path) => follow(root ?? undefined, [operation.selectionSet], data, path);
}
