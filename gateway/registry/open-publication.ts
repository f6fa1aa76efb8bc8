import { createHash } from 'node:crypto';
import { parse } from 'graphql';
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
    const open = openRule(coordinate);
    rules.set(coordinate, open);
    return open;
  };
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  markOneOf(schema, [parse(supergraphSdl)]);
  return {
    revision,
    supergraphSdl,
    schema,
    index: { revision, rule, coordinates: () => rules.values() },
    costs: costModel(readCostEntries(supergraph.schema)),
    subgraphs,
  };
}

function openRule(coordinate: string): SharingRule {
  return {
    coordinate: coordinate as SharingRule['coordinate'],
    class: 'UNCONDITIONAL',
    classified: true,
    purposes: new Set(USES),
    matchOnly: new Set(),
    masks: new Map(),
    zones: new Set(),
    provider: { code: '' as DepartmentCode, name: 'open' },
    requires: [],
  };
}
