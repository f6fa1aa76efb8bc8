import { type DefinitionNode, type DocumentNode, Kind, print } from 'graphql';

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
