import { diff } from '@graphql-inspector/core';
import { buildASTSchema, type DefinitionNode, type GraphQLSchema, Kind, parse } from 'graphql';
import { withoutMachinery } from './machinery.ts';

/** One change between two versions of a subgraph. */
export interface SchemaChange {
  readonly criticality: 'BREAKING' | 'DANGEROUS' | 'NON_BREAKING';
  readonly coordinate: string | null;
  readonly message: string;
}

const ORDER = ['BREAKING', 'DANGEROUS', 'NON_BREAKING'] as const;

/** What a new version changes, the gravest first; also changes of sharing rules, as they are directives. */
export async function diffVersions(before: string | null, after: string): Promise<SchemaChange[]> {
  if (before === after) return [];
  const changes = await diff(before === null ? EMPTY : schemaOf(before), schemaOf(after));
  return changes
    .map(({ criticality, path = null, message }) => ({
      criticality: criticality.level as SchemaChange['criticality'],
      coordinate: path,
      message,
    }))
    .sort((a, b) => ORDER.indexOf(a.criticality) - ORDER.indexOf(b.criticality));
}

const EMPTY = buildASTSchema(parse('schema { query: Query } type Query { _empty: Int }'));

const DEFINITION_OF: Readonly<Record<string, string>> = {
  [Kind.OBJECT_TYPE_EXTENSION]: Kind.OBJECT_TYPE_DEFINITION,
  [Kind.INTERFACE_TYPE_EXTENSION]: Kind.INTERFACE_TYPE_DEFINITION,
  [Kind.UNION_TYPE_EXTENSION]: Kind.UNION_TYPE_DEFINITION,
  [Kind.ENUM_TYPE_EXTENSION]: Kind.ENUM_TYPE_DEFINITION,
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  [Kind.SCALAR_TYPE_EXTENSION]: Kind.SCALAR_TYPE_DEFINITION,
};

/** In a subgraph a type may be extended that only others define: the first extension then stands for the definition. */
function schemaOf(sdl: string): GraphQLSchema {
  const document = withoutMachinery(parse(sdl, { noLocation: true }));
  const defined = new Set<string>();
  for (const one of document.definitions)
    if ('name' in one && one.name && one.kind.endsWith('TypeDefinition')) defined.add(one.name.value);
  const definitions = document.definitions.flatMap((one): DefinitionNode[] => {
    if (one.kind === Kind.SCHEMA_EXTENSION) return [];
    const kind = DEFINITION_OF[one.kind];
    if (!kind || !('name' in one) || !one.name || defined.has(one.name.value)) return [one];
    defined.add(one.name.value);
    return [{ ...one, kind } as DefinitionNode];
  });
  const trusted = { assumeValid: true, assumeValidSDL: true };
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions }, trusted);
}
