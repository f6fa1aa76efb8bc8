import { GraphQLError, Kind, parse, type SelectionSetNode } from 'graphql';

/**
 * Parses a field set (`@key`, `@requires`, `@provides`, the selection of a `@fromContext`). Braces around it are allowed, as
 * the federation library allows them, and what that library refuses is refused: no other place reads field sets.
 * Throws a GraphQLError.
 */
export function parseFieldSet(text: string): SelectionSetNode {
  const source = text.trim().startsWith('{') ? text : `{${text}}`;
  const { definitions } = parse(source, { noLocation: true });
  const [definition, ...others] = definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || others.length > 0)
    throw new GraphQLError(`not a field set: ${text.slice(0, 100)}`);
  return definition.selectionSet;
}

/** Names of the fields of the object itself that a field set selects; nothing of what stands below them. */
export function ownFields(set: SelectionSetNode): string[] {
  return set.selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one.name.value];
    return one.kind === Kind.INLINE_FRAGMENT ? ownFields(one.selectionSet) : [];
  });
}

/** The text of a directive's `fields`, also where it is written as federation 1 had it: a list, or a bare name. */
export function fieldSetText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(' ') : String(value ?? '');
}
