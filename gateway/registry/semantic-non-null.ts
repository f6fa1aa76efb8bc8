import { type DocumentNode, Kind } from 'graphql';

/**
 * Coordinates of fields that are null only where there is an error, as `@semanticNonNull` has it: where every subgraph that answers
 * for a field says so. Composition knows nothing of it.
 */
export function semanticNonNull(documents: readonly DocumentNode[]): ReadonlySet<string> {
  const marked = new Set<string>();
  const unmarked = new Set<string>();
  for (const document of documents)
    for (const type of document.definitions) {
      if (
        type.kind !== Kind.OBJECT_TYPE_DEFINITION &&
        type.kind !== Kind.OBJECT_TYPE_EXTENSION &&
        type.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
        type.kind !== Kind.INTERFACE_TYPE_EXTENSION
      )
        continue;
      for (const { name, directives = [] } of type.fields ?? []) {
        const has = (directive: string): boolean =>
          directives.some((one) => one.name.value === directive || one.name.value.endsWith(`__${directive}`));
        if (has('external')) continue;
        (has('semanticNonNull') ? marked : unmarked).add(`${type.name.value}.${name.value}`);
      }
    }
  return new Set([...marked].filter((one) => !unmarked.has(one)));
}
