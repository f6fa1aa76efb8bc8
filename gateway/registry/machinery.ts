import { type DefinitionNode, type DocumentNode, Kind } from 'graphql';

/**
 * What federation's libraries add to a schema, and some of them print (Apollo Federation subgraph specification): it is of the protocol
 * between gateway and subgraph, and nothing that a department shares.
 */
const TYPES = new Set(['_Any', '_Entity', '_Service']);
const FIELDS = new Set(['_service', '_entities']);

/** Types of the core and federation specifications, under the names that libraries print. */
export const SPECIFIED = /^(_FieldSet|FieldSet|link__\w+|federation__\w+)$/;

/** An SDL as its department wrote it. A type of which nothing else is left is left out. */
export function withoutMachinery(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.flatMap((one): DefinitionNode[] => {
    if ('name' in one && one.name && TYPES.has(one.name.value) && one.kind !== Kind.DIRECTIVE_DEFINITION)
      return [];
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.OBJECT_TYPE_EXTENSION) return [one];
    const fields = one.fields?.filter(({ name }) => !FIELDS.has(name.value)) ?? [];
    if (fields.length === (one.fields?.length ?? 0)) return [one];
    return fields.length > 0 || one.directives?.length || one.interfaces?.length ? [{ ...one, fields }] : [];
  });
  return { ...document, definitions };
}
