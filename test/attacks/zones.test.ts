import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Custom, startCustom } from '../e2e/custom.ts';
import { purpose, type System, startSystem } from '../e2e/system.ts';

const CIVIL_AFFAIRS = '云溪市民政局';
const NAME = 'secretRoster';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.close());

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item"])
`;
const ROSTER = (zones: string): string => `${LINKS}
type Query { roster(id: ID! @sharing(class: UNCONDITIONAL)): Roster @sharing(class: UNCONDITIONAL) }
type Roster @key(fields: "id")
  @resource(name: "名册", classification: "3/民政", abstract: "名册", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)
{
  id: ID! @sharing(class: UNCONDITIONAL) @item(name: "编号", type: C, length: 32)
  ${NAME}: String @sharing(class: UNCONDITIONAL, zones: ${zones}) @item(name: "内网名册项", type: C, length: 20)
}`;

test('an item of the other network is not published, kept or forced here, and nothing tells that it is there', async () => {
  const findings = `{ ok findings { code coordinate article } }`;
  const input = { name: 'roster', sdl: ROSTER('[INTRANET]'), url: 'http://127.0.0.1:9/' };
  for (const [mutation, type, more] of [
    ['checkSubgraph', 'CheckSubgraphInput', { force: true, reason: 'x' }],
    ['publishSubgraph', 'PublishSubgraphInput', { force: true, reason: 'x' }],
    ['publishSubgraph', 'PublishSubgraphInput', { promote: false }],
  ] as const) {
    const answer = await system.exchange(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) ${findings} }`,
      {
        as: CIVIL_AFFAIRS,
        variables: { input: { ...input, ...more } },
      },
    );
    expect([mutation, answer.data?.[mutation].ok]).toEqual([mutation, false]);
    expect(answer.data[mutation].findings).toContainEqual({
      code: 'ZONE_ELSEWHERE',
      coordinate: `Roster.${NAME}`,
      article: 'Art. 11',
    });
  }
  const token = await system.tokenOf('云溪市教育局');
  const file = async (format: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    return Buffer.from(
      await (await fetch(`${system.url}/catalogue.${format}`, { headers })).arrayBuffer(),
    ).toString('latin1');
  };
  const told = JSON.stringify([
    await system.ask('{ __schema { types { name fields { name } } } }'),
    await system.ask(`query ${purpose()} { roster(id: "1") { secretRoste } }`),
    await system.exchange(
      '{ catalogue(search: "名册") { edges { node { code items { name coordinate } } } } }',
    ),
    await system.exchange('{ subgraphs { name sdl } publications { edges { node { subgraph } } } }'),
    ...(await Promise.all(['csv', 'json', 'jsonld', 'roll-up.json'].map(file))),
  ]);
  expect(told).not.toContain(NAME);
  expect(told).not.toContain('内网名册项');
});

test('nor is it drafted in this network’s catalogue', async () => {
  const item = { name: '内网名册项', type: 'C', length: 1, class: 'UNCONDITIONAL', zones: ['INTRANET'] };
  const elements = {
    ...{
      name: '名册',
      classification: '3/民政',
      abstract: '名册',
      format: 'DATABASE',
      methods: ['ONLINE_QUERY'],
    },
    ...{ updatePeriod: 'DAILY', items: [item] },
  };
  const save = (zones: string[] | null) =>
    system.exchange(
      'mutation ($input: SaveCatalogueDraftInput!) { saveCatalogueDraft(input: $input) { items { zones } } }',
      {
        as: CIVIL_AFFAIRS,
        variables: { input: { elements: { ...elements, items: [{ ...item, zones }] } } },
      },
    );
  expect((await save(['INTRANET'])).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect((await save([])).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect((await save(null)).data.saveCatalogueDraft.items).toEqual([{ zones: ['INTRANET', 'EXTRANET'] }]);
  expect((await save(['EXTRANET'])).data.saveCatalogueDraft.items).toEqual([{ zones: ['EXTRANET'] }]);
});

test('the network is an element of the catalogue: in the API and in its files', async () => {
  const { data } = await system.exchange('{ catalogue(first: 1) { edges { node { items { zones } } } } }');
  expect(data.catalogue.edges[0].node.items[0]).toEqual({ zones: ['INTRANET', 'EXTRANET'] });
  const headers = { authorization: `Bearer ${await system.tokenOf('云溪市教育局')}` };
  const csv = await (await fetch(`${system.url}/catalogue.csv`, { headers })).text();
  expect(csv.split('\n')[0]).toContain('所属网络');
  expect(csv).toContain('内网、外网');
});

test('a gateway does not start with subgraphs of the other network in its configuration', async () => {
  const sdl = ROSTER('[INTRANET]')
    .replace(LINKS, '')
    .replace(/@resource\([^)]*\)/, '');
  const starting: Promise<Custom | null> = startCustom({ roster: { sdl, resolvers: {} } });
  await expect(starting).rejects.toThrow('ZONE_ELSEWHERE');
});
