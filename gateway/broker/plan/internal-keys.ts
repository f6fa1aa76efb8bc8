import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';

/** No alias of a consumer begins so (they are refused), and no field of a schema may (GraphQL spec §2.1.7). */
const PREFIX = '__as_';

/** The response key under which a field is asked of providers. */
export type KeyOf = (node: FieldNode) => string;

/**
 * The planner adds fields to what a consumer asked: keys of entities, and what `@requires` and `@fromContext` need. It adds
 * them under their own names and takes whatever stands there already for them. So a consumer's `id: name` would be sent as
 * the key of the next fetch, or the key would be shown as the `name` that was allowed. A consumer's field that would
 * stand in the place of another is therefore asked under a key of its own.
 */
export function internalKeys(added: AddedNames): KeyOf {
  return (node) => {
    const name = node.name.value;
    const key = node.alias?.value ?? name;
    const isAnother = key !== name || (node.arguments ?? []).length > 0 || added.withArguments.has(name);
    return isAnother && added.all.has(key) ? `${PREFIX}${key}` : key;
  };
}

/** A document as it is planned: every field under its internal key. */
export function withInternalKeys(document: DocumentNode, keyOf: KeyOf): DocumentNode {
  return visit(document, {
    Field(node) {
      const key = keyOf(node);
      if (key === (node.alias?.value ?? node.name.value)) return undefined;
      return { ...node, alias: { kind: Kind.NAME, value: key } };
    },
  });
}

/** The step of an answer's path that a consumer knows. */
export function consumerStep(step: string | number): string | number {
  return typeof step === 'string' && step.startsWith(PREFIX) ? step.slice(PREFIX.length) : step;
}

/** Arguments of join directives by which the planner is told to add fields. */
const FIELD_SETS = new Set(['key', 'requires', 'provides', 'contextArguments']);

/** Every name that stands in a field set of the supergraph, and those that are asked with arguments there. */
export interface AddedNames {
  readonly all: ReadonlySet<string>;
  readonly withArguments: ReadonlySet<string>;
}

export function addedNames(supergraph: DocumentNode): AddedNames {
  const all = new Set<string>();
  const withArguments = new Set<string>();
  const note = (fieldSet: string): void => {
    for (const [, name = ''] of fieldSet.matchAll(/([A-Za-z_]\w*)/g)) all.add(name);
    for (const [, name = ''] of fieldSet.matchAll(/([A-Za-z_]\w*)\s*\(/g)) withArguments.add(name);
  };
  visit(supergraph, {
    Directive(node) {
      if (!node.name.value.startsWith('join__')) return;
      for (const { name, value } of node.arguments ?? []) if (FIELD_SETS.has(name.value)) note(print(value));
    },
  });
  return { all, withArguments };
}
