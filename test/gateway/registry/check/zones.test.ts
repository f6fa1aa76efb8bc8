import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkSubgraph } from '../../../../gateway/registry/check/index.ts';
import type { Subgraph } from '../../../../gateway/registry/index.ts';
import { foreignProblems } from '../../../../gateway/registry/prepare.ts';
import { createSources } from '../../../../gateway/registry/sources.ts';
import type { Zone } from '../../../../gateway/words.ts';

const specification = readFileSync('schema/sharing.graphql', 'utf8');
const links = (sharing = '"@sharing"'): string => `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  @link(url: "https://liancha.example/sharing/v1.0", import: [${sharing}, "@resource", "@item"])
`;
const RESOURCE = `@resource(name: "资源", classification: "3/民政", abstract: "摘要", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)`;
const OPEN = '@sharing(class: UNCONDITIONAL)';

function subgraph(sdl: string, header = links()): Subgraph {
  const provider = { code: 'one' as Subgraph['provider']['code'], name: 'one' };
  return { name: 'things', url: 'http://provider.example/', sdl: header + sdl, provider };
}

interface Places {
  readonly type?: string;
  readonly field?: string;
  readonly argument?: string;
  readonly more?: string;
}
const schema = ({ type = '', field = OPEN, argument = OPEN, more = '' }: Places): string => `
  type Query { thing(id: ID! ${argument}): Thing ${OPEN} }
  type Thing @key(fields: "id") ${RESOURCE} ${type} {
    id: ID! ${OPEN} @item(name: "编号", type: C, length: 32)
    kind: String ${field} @item(name: "类别", type: C, length: 20)
  }
  ${more}`;

const check = (candidate: Subgraph, zone: Zone | null) =>
  checkSubgraph({ candidate, live: [], specification, operations: [], isGranted: () => false, zone })
    .filter(({ code }) => code === 'ZONE_ELSEWHERE')
    .map(({ coordinate }) => coordinate);

const INTRANET = '@sharing(class: UNCONDITIONAL, zones: [INTRANET])';
const FORMS: readonly [string, Subgraph, string][] = [
  ['an item', subgraph(schema({ field: INTRANET })), 'Thing.kind'],
  [
    'a single value in place of a list',
    subgraph(schema({ field: INTRANET.replace('[INTRANET]', 'INTRANET') })),
    'Thing.kind',
  ],
  ['an argument', subgraph(schema({ argument: INTRANET })), 'Query.thing(id:)'],
  ['a type, for all of its fields', subgraph(schema({ type: INTRANET })), 'Thing'],
  [
    'an item that tests another',
    subgraph(schema({ argument: '@sharing(as: "Thing.id", zones: [INTRANET])' })),
    'Query.thing(id:)',
  ],
  [
    'an extension of a type',
    subgraph(
      schema({
        more: `extend type Thing { more: String ${INTRANET} @item(name: "项", type: C, length: 1) }`,
      }),
    ),
    'Thing.more',
  ],
  ['an interface', subgraph(schema({ more: `interface Any { kind: String ${INTRANET} }` })), 'Any.kind'],
  ['an input field', subgraph(schema({ more: `input Filter { kind: String ${INTRANET} }` })), 'Filter.kind'],
  [
    'a value of an enumeration',
    subgraph(schema({ more: `enum Kind { A ${INTRANET} B ${OPEN} }` })),
    'Kind.A',
  ],
  [
    'an item whose class withholds it',
    subgraph(schema({ field: '@sharing(class: WITHHELD, basis: "法", zones: [INTRANET])' })),
    'Thing.kind',
  ],
  [
    'an item, where the directive has another name',
    subgraph(
      schema({ field: INTRANET }).replaceAll('@sharing(', '@shared('),
      links('{ name: "@sharing", as: "@shared" }'),
    ),
    'Thing.kind',
  ],
];

describe('what is of the other network only', () => {
  test.each(FORMS)('%s: is published there, and not here', (_, candidate, coordinate) => {
    expect(check(candidate, 'EXTRANET')).toEqual([coordinate]);
    expect(check(candidate, 'INTRANET')).toEqual([]);
  });

  test.each(FORMS)('%s: nor is it served by any other way', (_, candidate) => {
    const problems = (zone: Zone) => foreignProblems([candidate], createSources(specification, zone));
    expect(problems('EXTRANET')).toMatchObject([{ code: 'ZONE_ELSEWHERE', subgraph: 'things' }]);
    expect(problems('INTRANET')).toEqual([]);
  });
});

test('what is of no network at all is published in none', () => {
  const candidate = subgraph(schema({ field: '@sharing(class: UNCONDITIONAL, zones: [])' }));
  expect(check(candidate, 'EXTRANET')).toEqual(['Thing.kind']);
  expect(check(candidate, 'INTRANET')).toEqual(['Thing.kind']);
});

test('what is of both networks, or says nothing of them, is published in each', () => {
  for (const field of [
    '@sharing(class: UNCONDITIONAL, zones: [INTRANET, EXTRANET])',
    '@sharing(class: UNCONDITIONAL, zones: null)',
    OPEN,
  ])
    for (const zone of ['INTRANET', 'EXTRANET'] as const)
      expect(check(subgraph(schema({ field })), zone)).toEqual([]);
});
