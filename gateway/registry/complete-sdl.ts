import { type DefinitionNode, type DocumentNode, Kind, type NameNode, parse, visit } from 'graphql';
import { type Link, linksOf } from '../links.ts';
import { SHARING_IDENTITY } from './sharing-names.ts';

/** What a subgraph calls the elements of the specification. Directives are keyed with their `@`. */
type Names = (element: string) => string;

/**
 * A subgraph's SDL with the specification's own definitions of the sharing directives, under the names by which
 * the subgraph links them. Definitions that the subgraph brings along are replaced: a directive means what the
 * specification says, not what a copy of it may say.
 */
export function completeSdl(document: DocumentNode, specification: string): DocumentNode {
  const names = linkedNames(document, SHARING_IDENTITY);
  if (!names) return document;
  const definitions = specificationDefinitions(specification, names);
  const replaced = new Set(definitions.map(keyOf));
  return {
    kind: Kind.DOCUMENT,
    definitions: [...document.definitions.filter((one) => !replaced.has(keyOf(one))), ...definitions],
  };
}

function keyOf(definition: DefinitionNode): string {
  const name = 'name' in definition ? definition.name?.value : undefined;
  return definition.kind === Kind.DIRECTIVE_DEFINITION
    ? `@${name}`
    : definition.kind === Kind.ENUM_TYPE_DEFINITION
      ? `${name}`
      : '';
}

/** What a document calls the elements of a specification that it links; null when it does not link it. */
export function linkedNames(document: DocumentNode, identity: string): Names | null {
  const link = linksOf(document).find(({ url }) => url.startsWith(`${identity}/`));
  return link ? namesOf(link, identity.slice(identity.lastIndexOf('/') + 1)) : null;
}

/** Names by the rules of the core schemas specification: imported, renamed, or prefixed. */
function namesOf({ as, imported }: Link, specification: string): Names {
  const namespace = as ?? specification;
  return (element) => {
    const name = imported.get(element);
    if (name !== undefined) return name;
    if (element === `@${specification}`) return `@${namespace}`; // The directive named like the specification itself.
    return element.startsWith('@') ? `@${namespace}__${element.slice(1)}` : `${namespace}__${element}`;
  };
}

/** Belongs to operations, not to subgraphs. */
const EXECUTABLE = new Set(['purpose', 'verify', 'crossCheck', 'OnDenied', 'liancha_sharing_v1_0']);

function specificationDefinitions(specification: string, names: Names): DefinitionNode[] {
  const document = parse(specification, { noLocation: true });
  const enums = new Set<string>();
  for (const one of document.definitions)
    if (one.kind === Kind.ENUM_TYPE_DEFINITION) enums.add(one.name.value);
  const renamed = (name: NameNode, value: string): NameNode => ({ ...name, value });
  return document.definitions.flatMap((one): DefinitionNode[] => {
    if (!('name' in one) || !one.name || EXECUTABLE.has(one.name.value)) return [];
    const key = one.kind === Kind.DIRECTIVE_DEFINITION ? `@${one.name.value}` : one.name.value;
    const own = { ...one, name: renamed(one.name, names(key).replace('@', '')) } as DefinitionNode;
    const typed = visit(own, {
      // biome-ignore lint/correctness/noComponentHookFactories: a visitor key, not a component
      NamedType: (node) =>
        enums.has(node.name.value)
          ? { ...node, name: renamed(node.name, names(node.name.value)) }
          : undefined,
    });
    return [typed];
  });
}
