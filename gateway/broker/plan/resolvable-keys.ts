import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * Takes away the keys that a subgraph cannot resolve where it has others that it can. When a field requires another's,
 * the planner comes back to the subgraph by the first key whose parts are there, and does not ask whether it resolves.
 */
export function withResolvableKeys(supergraph: DocumentNode): DocumentNode {
  return visit(supergraph, {
    enter(node) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        return undefined;
      const joins = (node.directives ?? []).filter(({ name }) => name.value === 'join__type');
      const resolving = joins.filter((one) => textOrFlag(one, 'key') !== undefined && isResolvable(one));
      const isNeedless = (one: ConstDirectiveNode): boolean =>
        joins.includes(one) &&
        !isResolvable(one) &&
        resolving.some((other) => textOrFlag(other, 'graph') === textOrFlag(one, 'graph'));
      return { ...node, directives: (node.directives ?? []).filter((one) => !isNeedless(one)) };
    },
  });
}

function isResolvable(join: ConstDirectiveNode): boolean {
  return textOrFlag(join, 'resolvable') !== false;
}

function textOrFlag(directive: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value && 'value' in value ? value.value : undefined;
}
