import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/** What a subgraph has to be told of an entity: a key of a type, or what one of its fields requires besides. Plain data. */
export interface Requirement {
  readonly subgraph: string;
  readonly type: string;
  /** Null for a key. */
  readonly field: string | null;
  readonly fieldSet: string;
}

/** Every resolvable key of a supergraph, and everything that its fields require. */
export function requirementsOf(supergraph: DocumentNode): Requirement[] {
  const found: Requirement[] = [];
  const subgraphs = new Map<string, string>();
  visit(supergraph, {
    EnumTypeDefinition(node) {
      if (node.name.value !== 'join__Graph') return;
      for (const { name, directives = [] } of node.values ?? []) {
        const subgraph = directives[0] && textOf(directives[0], 'name');
        if (subgraph !== undefined) subgraphs.set(name.value, subgraph);
      }
    },
  });
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const note = (join: ConstDirectiveNode, field: string | null, fieldSet: string | undefined): void => {
      const subgraph = subgraphs.get(textOf(join, 'graph') ?? '');
      if (subgraph !== undefined && fieldSet !== undefined)
        found.push({ subgraph, type: type.name.value, field, fieldSet });
    };
    for (const join of type.directives ?? [])
      if (join.name.value === 'join__type') note(join, null, textOf(join, 'key'));
    for (const field of type.fields ?? [])
      for (const join of field.directives ?? [])
        if (join.name.value === 'join__field') note(join, field.name.value, textOf(join, 'requires'));
  }
  return found;
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
