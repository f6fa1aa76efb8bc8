import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/** A field set of a subgraph: a key of a type, what one of its fields requires besides, or what one provides. Plain data. */
export interface Requirement {
  readonly kind: 'key' | 'requires' | 'provides';
  readonly subgraph: string;
  readonly type: string;
  /** Null for a key. */
  readonly field: string | null;
  readonly fieldSet: string;
}

/** The field sets of a supergraph; of its keys those that resolve, where a type has any. */
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
    const note = (kind: Requirement['kind'], join: ConstDirectiveNode, field: string | null): void => {
      const fieldSet = textOf(join, kind);
      const subgraph = subgraphs.get(textOf(join, 'graph') ?? '');
      if (subgraph !== undefined && fieldSet !== undefined)
        found.push({ kind, subgraph, type: type.name.value, field, fieldSet });
    };
    for (const join of type.directives ?? []) if (join.name.value === 'join__type') note('key', join, null);
    for (const field of type.fields ?? []) {
      for (const join of field.directives ?? []) {
        if (join.name.value !== 'join__field') continue;
        note('requires', join, field.name.value);
        note('provides', join, field.name.value);
      }
    }
  }
  return found;
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
