import { type DefinitionNode, type DocumentNode, Kind, print, type TypeNode } from 'graphql';

/** SDL of a supergraph's composite types: what they are and implement, without their fields. Running a plan needs no more. */
export function typesOf(supergraph: DocumentNode): string {
  const definitions = supergraph.definitions.flatMap((one): DefinitionNode[] => {
    switch (one.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const { kind, name, interfaces = [] } = one;
        return [{ kind, name, interfaces }];
      }
      case Kind.UNION_TYPE_DEFINITION: {
        const { kind, name, types = [] } = one;
        return [{ kind, name, types }];
      }
      default:
        return [];
    }
  });
  return print({ kind: Kind.DOCUMENT, definitions });
}

/** Where the fields lead that lead to an object, interface or union: by coordinate, the type's name. */
export function compositeFieldsOf(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const composite = new Set<string>();
  for (const one of supergraph.definitions)
    if (COMPOSITE.has(one.kind) && 'name' in one && one.name) composite.add(one.name.value);
  const found = new Map<string, string>();
  for (const one of supergraph.definitions) {
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const { name, type } of one.fields ?? []) {
      const named = namedType(type);
      if (composite.has(named)) found.set(`${one.name.value}.${name.value}`, named);
    }
  }
  return found;
}

const COMPOSITE = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
]);

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
