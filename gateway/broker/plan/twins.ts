import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  visit,
} from 'graphql';

/** A supergraph with twins, and whose twin each of them is. */
export interface Twins {
  readonly supergraph: DocumentNode;
  readonly subgraphOf: ReadonlyMap<string, string>;
}

interface Twin {
  readonly graph: string;
  readonly of: string;
  /** The field that only the twin has. */
  readonly field: FieldDefinitionNode;
}

/**
 * Gives every field that requires others, and is itself required, a subgraph of its own: a twin of the one that has it, with
 * the same keys and types, but no other field of an entity and no root field. The planner then never takes such a field for a part of another fetch of the
 * subgraph. Only for operations that it plans wrongly otherwise (`isPrepared`), since twins cost fetches.
 */
export function withTwins(supergraph: DocumentNode): Twins {
  const twins: Twin[] = [];
  const subgraphOf = new Map<string, string>();
  const required = requiredNames(supergraph);
  visit(supergraph, {
    enter(node) {
      if (node.kind !== Kind.FIELD_DEFINITION || !required.has(node.name.value)) return;
      for (const join of node.directives ?? []) {
        const of = textOf(join, 'graph');
        if (textOf(join, 'requires') === undefined || of === undefined) continue;
        twins.push({ graph: `${of}__TWIN${twins.length}`, of, field: node });
      }
    },
  });
  const roots = rootNames(supergraph);
  const copies = (join: ConstDirectiveNode): ConstDirectiveNode[] => [
    join,
    ...twins.filter((one) => one.of === textOf(join, 'graph')).map((one) => withGraph(join, one.graph)),
  ];
  const document = visit(supergraph, {
    enter(node, _key, _parent, _path, ancestors) {
      if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph')
        return withGraphs(node, twins, subgraphOf);
      if (node.kind === Kind.FIELD_DEFINITION || node.kind === Kind.INPUT_VALUE_DEFINITION) {
        const type = typeAbove(ancestors);
        const directives = (node.directives ?? []).flatMap((one) => {
          const isComputed = textOf(one, 'requires') !== undefined;
          if (one.name.value !== 'join__field') return [one];
          if (!isComputed) return isOfTwins(one, node.name.value, type) ? copies(one) : [one];
          const own = twins.find((each) => each.field === node && each.of === textOf(one, 'graph'));
          return [own ? withGraph(one, own.graph) : one];
        });
        return { ...node, directives };
      }
      const isType = node.kind.endsWith('TypeDefinition') && 'name' in node;
      if (isType && node.name && 'value' in node.name && roots.has(node.name.value)) return false;
      if (!(isType || node.kind === Kind.ENUM_VALUE_DEFINITION) || !('directives' in node)) return undefined;
      const directives = (node.directives ?? []).flatMap((one) =>
        one.kind === Kind.DIRECTIVE && one.name.value.startsWith('join__')
          ? copies(one as ConstDirectiveNode)
          : [one],
      );
      return { ...node, directives };
    },
  });
  return { supergraph: document, subgraphOf };
}

/** Has a twin the field as well? Of an entity only what its keys and the requirements consist of. */
function isOfTwins(join: ConstDirectiveNode, field: string, type: TypeNode | undefined): boolean {
  const keys = (type?.directives ?? []).flatMap((one) =>
    textOf(one, 'graph') === textOf(join, 'graph') ? (textOf(one, 'key') ?? []) : [],
  );
  const isExternal = join.arguments?.some(
    ({ name, value }) => name.value === 'external' && 'value' in value && value.value,
  );
  return (
    keys.length === 0 || isExternal === true || keys.some((one) => new RegExp(`\\b${field}\\b`).test(one))
  );
}

type TypeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

function typeAbove(ancestors: readonly (ASTNode | readonly ASTNode[])[]): TypeNode | undefined {
  return ancestors.find(
    (one): one is TypeNode =>
      'kind' in one &&
      (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION),
  );
}

function withGraphs(
  node: EnumTypeDefinitionNode,
  twins: readonly Twin[],
  subgraphOf: Map<string, string>,
): EnumTypeDefinitionNode {
  const values = (node.values ?? []).flatMap((value): EnumValueDefinitionNode[] => {
    const own = twins.filter((one) => one.of === value.name.value);
    return [
      value,
      ...own.map(({ graph }): EnumValueDefinitionNode => {
        const directives = (value.directives ?? []).map((one) => {
          const name = textOf(one, 'name');
          if (name !== undefined) subgraphOf.set(graph, name);
          return withText(one, 'name', graph);
        });
        return { ...value, name: { kind: Kind.NAME, value: graph }, directives };
      }),
    ];
  });
  return { ...node, values };
}

function requiredNames(supergraph: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(supergraph, {
    enter(node) {
      if (node.kind !== Kind.DIRECTIVE) return;
      const requires = textOf(node as ConstDirectiveNode, 'requires') ?? '';
      for (const [name] of requires.matchAll(/[A-Za-z_]\w*/g)) names.add(name);
    },
  });
  return names;
}

function rootNames(supergraph: DocumentNode): Set<string> {
  const schema = supergraph.definitions.find((one) => one.kind === Kind.SCHEMA_DEFINITION);
  return new Set((schema?.operationTypes ?? []).map((one) => one.type.name.value));
}

function withGraph(join: ConstDirectiveNode, graph: string): ConstDirectiveNode {
  return {
    ...join,
    arguments: (join.arguments ?? []).map((one) =>
      one.name.value === 'graph' ? { ...one, value: { kind: Kind.ENUM, value: graph } } : one,
    ),
  };
}

function withText(directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode {
  return {
    ...directive,
    arguments: (directive.arguments ?? []).map((one) =>
      one.name.value === name ? { ...one, value: { kind: Kind.STRING, value } } : one,
    ),
  };
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
