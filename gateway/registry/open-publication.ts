import { createHash } from 'node:crypto';
import { type ConstDirectiveNode, type DocumentNode, Kind, parse } from 'graphql';
import type { DepartmentCode } from '../words.ts';
import { USES } from '../words.ts';
import { costModel } from './cost-model.ts';
import { markOneOf } from './one-of.ts';
import type { Publication } from './publication.ts';
import type { SharingRule } from './rules.ts';

/**
 * A publication of a supergraph that says nothing of sharing: everything in it is open. For conformance suites and
 * load tests of others; never for departments' data. It alone composes nothing in a thread, so it loads what reads supergraphs.
 */
export async function openPublication(supergraphSdl: string): Promise<Publication> {
  const { buildSupergraph } = await import('../federation/index.ts');
  const { readCostEntries } = await import('./read-costs.ts');
  const supergraph = buildSupergraph(supergraphSdl);
  const revision = createHash('sha256').update(supergraphSdl).digest('base64url').slice(0, 22);
  const subgraphs = [...supergraph.subgraphsMetadata()].map(({ name, url }) => ({
    name,
    url,
    sdl: '',
    provider: { code: '' as DepartmentCode, name },
  }));
  const rules = new Map<string, SharingRule>();
  const rule = (coordinate: string): SharingRule => {
    const known = rules.get(coordinate);
    if (known) return known;
    const open = openRule(coordinate, sources.get(coordinate) ?? 'open');
    rules.set(coordinate, open);
    return open;
  };
  const document = parse(supergraphSdl);
  const sources = sourcesOf(document);
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  markOneOf(schema, [document]);
  return {
    revision,
    supergraphSdl,
    schema,
    index: { revision, rule, coordinates: () => rules.values() },
    costs: costModel(readCostEntries(supergraph.schema)),
    subgraphs,
  };
}

function openRule(coordinate: string, source: string): SharingRule {
  return {
    coordinate: coordinate as SharingRule['coordinate'],
    class: 'UNCONDITIONAL',
    classified: true,
    purposes: new Set(USES),
    matchOnly: new Set(),
    masks: new Map(),
    zones: new Set(),
    provider: { code: '' as DepartmentCode, name: source },
    requires: [],
  };
}

/** The first subgraph that resolves a field, by coordinate. */
function sourcesOf(document: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  const sources = new Map<string, string>();
  for (const one of document.definitions) {
    if (one.kind !== Kind.ENUM_TYPE_DEFINITION || one.name.value !== 'join__Graph') continue;
    for (const { name, directives = [] } of one.values ?? [])
      for (const join of directives) names.set(name.value, textOf(join, 'name') ?? name.value);
  }
  for (const type of document.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const joins = (field.directives ?? []).filter(({ name }) => name.value === 'join__field');
      const own = joins.find((join) => !isMarked(join, 'external'));
      // A field without a word of its own is resolved wherever its type is.
      const graph = [...(own ? [own] : []), ...(type.directives ?? [])].map((join) => textOf(join, 'graph'));
      const name = names.get(graph.find((each) => each !== undefined) ?? '');
      if (name !== undefined) sources.set(`${type.name.value}.${field.name.value}`, name);
    }
  }
  return sources;
}

function isMarked(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

function textOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
