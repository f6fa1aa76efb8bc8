import { Kind, parse, type SelectionSetNode, type TypeDefinitionNode, type TypeNode } from 'graphql';

/**
 * Reads field sets of a supergraph: gives the coordinates of every field that one selects, nested ones included. What is selected
 * of an abstract type is selected of each object that may stand there.
 */
export function fieldSetReader(
  types: ReadonlyMap<string, TypeDefinitionNode>,
): (type: string, fields: string) => ReadonlySet<string> {
  const objects = objectsByAbstract(types);
  return (type, fields) => {
    const found = new Set<string>();
    const seen = new Map<SelectionSetNode, Set<string>>();
    const visit = (set: SelectionSetNode, at: string): void => {
      const before = seen.get(set) ?? new Set();
      if (before.has(at)) return;
      seen.set(set, before.add(at));
      for (const one of set.selections) {
        if (one.kind === Kind.INLINE_FRAGMENT) visit(one.selectionSet, one.typeCondition?.name.value ?? at);
        if (one.kind !== Kind.FIELD || one.name.value === '__typename') continue;
        for (const holder of [at, ...(objects.get(at) ?? [])]) {
          const inner = fieldType(types.get(holder), one.name.value);
          if (inner === undefined) continue;
          found.add(`${holder}.${one.name.value}`);
          if (one.selectionSet) visit(one.selectionSet, inner);
        }
      }
    };
    const text = fields.trim().startsWith('{') ? fields : `{ ${fields} }`;
    const [definition] = parse(text, { noLocation: true }).definitions;
    if (definition?.kind === Kind.OPERATION_DEFINITION) visit(definition.selectionSet, type);
    return found;
  };
}

function objectsByAbstract(types: ReadonlyMap<string, TypeDefinitionNode>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (abstract: string, object: string): void => {
    found.set(abstract, [...(found.get(abstract) ?? []), object]);
  };
  for (const type of types.values()) {
    if (type.kind === Kind.UNION_TYPE_DEFINITION)
      for (const one of type.types ?? []) add(type.name.value, one.name.value);
    if (type.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const one of type.interfaces ?? []) add(one.name.value, type.name.value);
  }
  return found;
}

function fieldType(type: TypeDefinitionNode | undefined, field: string): string | undefined {
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION && type?.kind !== Kind.INTERFACE_TYPE_DEFINITION)
    return undefined;
  const node = type.fields?.find((one) => one.name.value === field)?.type;
  return node && named(node);
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}
