import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { operationOf } from '../operation/index.ts';
import { type Asked, type Carried, type KnownTypes, overlap } from '../plan/carried.ts';
import type { KeyOf } from '../plan/question-keys.ts';

/** A field of the consumer's operation, and the type that it is read from. */
export interface Placed {
  readonly node: FieldNode;
  readonly parent: string;
}

/** Which fields of an operation stand where in its answer, under the keys by which they are planned. */
export class Places {
  readonly #byPath = new Map<string, Placed[]>();
  readonly #known: KnownTypes;

  constructor(schema: GraphQLSchema, document: DocumentNode, keyOf: KeyOf, known: KnownTypes) {
    this.#known = known;
    const operation = operationOf(document);
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
    const walk = (set: SelectionSetNode, parent: GraphQLNamedType, path: string): void => {
      for (const one of set.selections) {
        if (one.kind === Kind.INLINE_FRAGMENT)
          walk(one.selectionSet, schema.getType(one.typeCondition?.name.value ?? '') ?? parent, path);
        else if (one.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.get(one.name.value);
          const type = schema.getType(fragment?.typeCondition.name.value ?? '');
          if (fragment && type) walk(fragment.selectionSet, type, path);
        } else if (!one.name.value.startsWith('__')) {
          const here = `${path}/${keyOf(one)}`;
          const placed = this.#byPath.get(here) ?? [];
          this.#byPath.set(here, placed);
          placed.push({ node: one, parent: parent.name });
          const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : {};
          const type = fields[one.name.value]?.type;
          if (one.selectionSet && type) walk(one.selectionSet, getNamedType(type), here);
        }
      }
    };
    const root = schema.getRootType(operation.operation);
    if (root) walk(operation.selectionSet, root, '');
  }

  /**
   * The consumer's fields for whose sake a fetch is made that is to bring these: those fields themselves; or what it was added for,
   * by the fetches that wait for it; or else everything that is asked of the objects that it speaks of.
   */
  neededBy(carried: Carried, asked: readonly Asked[], isComputedFrom: IsComputedFrom): readonly Placed[] {
    const own = this.#at(carried.path, asked);
    if (own.length > 0) return own;
    const later = carried.before.filter((one) => carried.path.every((step, at) => one.path[at] === step));
    const computed = later.flatMap((one) =>
      this.#at(
        one.path,
        one.asked.filter((field) => isComputedFrom(one, field, asked)),
      ),
    );
    if (computed.length > 0) return computed;
    const waiting = later.flatMap((one) => this.#at(one.path, one.asked));
    return waiting.length > 0 ? waiting : this.below(carried.path);
  }

  /** Everything that is asked of the objects at a path. */
  below(path: readonly string[]): readonly Placed[] {
    const start = `${textOf(path)}/`;
    return [...this.#byPath].flatMap(([at, placed]) =>
      at.startsWith(start) && !at.slice(start.length).includes('/') ? placed : [],
    );
  }

  #at(path: readonly string[], asked: readonly Asked[]): Placed[] {
    return asked.flatMap(({ type, keys }) =>
      (this.#byPath.get(textOf([...path, ...keys])) ?? []).filter((one) =>
        overlap(this.#known.types, one.parent, type),
      ),
    );
  }
}

/** Does a fetch compute one of its fields from any of these? */
export type IsComputedFrom = (carried: Carried, field: Asked, from: readonly Asked[]) => boolean;

function textOf(path: readonly string[]): string {
  return path.map((step) => `/${step}`).join('');
}
