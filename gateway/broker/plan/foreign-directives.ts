import { type DocumentNode, Kind, visit } from 'graphql';
import { linksOf } from '../../links.ts';

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
  for (const { directive, url, as, imported } of linksOf(supergraph)) {
    if (directive !== 'link' || FEDERATION.test(url)) continue;
    const namespace = as ?? /([^/]+)\/v\d[^/]*$/.exec(url)?.[1];
    if (namespace !== undefined) {
      names.add(namespace);
      prefixes.push(`${namespace}__`);
    }
    for (const name of imported.values()) if (name.startsWith('@')) names.add(name.slice(1));
  }
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
