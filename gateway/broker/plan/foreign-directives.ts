import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind, visit } from 'graphql';

/** Where the specifications are published that say how a supergraph is planned over. */
const FEDERATION = /^https:\/\/specs\.apollo\.dev\//;

/**
 * A supergraph without the directives of other specifications, rules of sharing above all: nobody plans by them, and in a large
 * supergraph they are most of the text.
 */
export function withoutForeignDirectives(supergraph: DocumentNode): DocumentNode {
  const isForeign = foreignNames(supergraph);
  return visit(supergraph, {
    enter(node) {
      if (node.kind === Kind.SCHEMA_DEFINITION) return false;
      return node.kind === Kind.DIRECTIVE && isForeign(node.name.value) ? null : undefined;
    },
  });
}

function foreignNames(supergraph: DocumentNode): (name: string) => boolean {
  const names = new Set<string>();
  const prefixes: string[] = [];
  for (const one of supergraph.definitions) {
    if (one.kind !== Kind.SCHEMA_DEFINITION && one.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of one.directives ?? []) {
      const url = textOf(argumentOf(link, 'url'));
      if (link.name.value !== 'link' || url === undefined || FEDERATION.test(url)) continue;
      const namespace = textOf(argumentOf(link, 'as')) ?? /([^/]+)\/v\d[^/]*$/.exec(url)?.[1];
      if (namespace !== undefined) {
        names.add(namespace);
        prefixes.push(`${namespace}__`);
      }
      for (const imported of importedNames(argumentOf(link, 'import'))) names.add(imported);
    }
  }
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** Names of directives, without their `@`, as the supergraph calls them. */
function importedNames(list: ConstValueNode | undefined): string[] {
  const values = list?.kind === Kind.LIST ? list.values : [];
  return values.flatMap((one) => {
    const field = (name: string) =>
      one.kind === Kind.OBJECT ? one.fields.find((each) => each.name.value === name)?.value : undefined;
    const name = one.kind === Kind.OBJECT ? textOf(field('as') ?? field('name')) : textOf(one);
    return name?.startsWith('@') ? [name.slice(1)] : [];
  });
}

function argumentOf(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((one) => one.name.value === name)?.value;
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
