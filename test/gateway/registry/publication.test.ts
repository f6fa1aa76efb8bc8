import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publish } from '../../../gateway/registry/publish.ts';
import type { DepartmentCode } from '../../../gateway/words.ts';

const specification = readFileSync('schema/sharing.graphql', 'utf8');
const provider = { code: '11990101MB00000019' as DepartmentCode, name: 'p' };
const published = (sdl: string) =>
  publish([{ name: 'a', url: 'http://a.example/', sdl, provider }], specification);
const codesOf = (sdl: string): string[] => {
  const result = published(sdl);
  return result.ok ? [] : result.problems.map((one) => one.code);
};

test.each([
  ['is not GraphQL', 'type {', 'INVALID_GRAPHQL'],
  ['does not compose', 'type Query { a: Missing }', 'INVALID_GRAPHQL'],
  ['takes a name of @purpose', 'type Query { a: Use } enum Use { X }', 'RESERVED_NAME'],
  [
    'leaves to us what is not enforced here',
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
     type Query { a: Int @authenticated }`,
    'UNSUPPORTED_FEATURE',
  ],
])('a subgraph that %s is refused', (_, sdl, code) => {
  expect(codesOf(sdl)).toContain(code);
});

test('a copy of the specification inside a subgraph does not count', () => {
  const result = published(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
      @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing"])
    directive @sharing(class: sharing__Class = UNCONDITIONAL, as: String) on FIELD_DEFINITION
    enum sharing__Class { UNCONDITIONAL }
    type Query { a: Int @sharing b: Int @sharing(class: WITHHELD, basis: "law") }`);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.publication.index.rule('Query.a')).toMatchObject({ class: 'WITHHELD', classified: false });
  expect(result.publication.index.rule('Query.b')).toMatchObject({ class: 'WITHHELD', basis: 'law' });
});

test('renamed directives are read under their new names', () => {
  const result = published(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
      @link(url: "https://liancha.example/sharing/v1.0", as: "gx", import: [{ name: "@sharing", as: "@rule" }])
    type Query { a: String @rule(class: CONDITIONAL) @gx__mask(rule: NAME, for: [WORK_REFERENCE]) }`);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const rule = result.publication.index.rule('Query.a');
  expect([rule.class, [...rule.masks]]).toEqual(['CONDITIONAL', [['WORK_REFERENCE', 'NAME']]]);
});

test('who only repeats a field of another, however it is marked, does not answer for it', () => {
  const links = (more: string) => `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])
      @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@authoritative"]) ${more}`;
  const owner = links(`type Query { p: P @sharing(class: UNCONDITIONAL) }
    type P @key(fields: "id") { id: ID! @sharing(class: UNCONDITIONAL) phone: String @sharing(class: CONDITIONAL) }`);
  const claimant = links(`type P @key(fields: "id") { id: ID!
    phone: String @external @sharing(class: UNCONDITIONAL) @authoritative
    callable: Boolean @requires(fields: "phone") @sharing(class: UNCONDITIONAL) }`);
  const other = { code: '11990101MB0000002C' as DepartmentCode, name: 'claimant' };
  const result = publish(
    [
      { name: 'b', url: 'http://b.example/', sdl: claimant, provider: other },
      { name: 'a', url: 'http://a.example/', sdl: owner, provider },
    ],
    specification,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.publication.index.rule('P.phone')).toMatchObject({ class: 'CONDITIONAL', provider });
});

test('a key is its source’s, whatever the subgraphs are called and whoever else classifies it', () => {
  const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@item", "@subject", "@authoritative"])`;
  const U = '@sharing(class: UNCONDITIONAL)';
  const person = (more: string) => `${links} type Person @key(fields: "id") { id: ID! ${U} ${more} }`;
  const subgraph = (name: string, sdl: string, code: string) => ({
    name,
    url: `http://${name}.example/`,
    sdl,
    provider: { code: code as DepartmentCode, name: code },
  });
  const ownerOf = (...subgraphs: Parameters<typeof publish>[0]) => {
    const result = publish(subgraphs, specification);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const { provider, sources } = result.publication.index.rule('Person.id');
    return [provider.code, sources?.map((one) => one.provider.code)];
  };
  const repeating = subgraph('a', `${person(`age: Int ${U}`)} type Query { person: Person ${U} }`, 'REPEATS');
  for (const claim of ['@item(name: "x", type: C, length: 9)', '@subject(kind: PERSON)', '@authoritative'])
    expect(ownerOf(repeating, subgraph('b', person(claim), 'SOURCE'))).toEqual(['SOURCE', ['SOURCE']]);
  const claiming = subgraph(
    'a',
    `${person('@subject(kind: PERSON)')} type Query { person: Person ${U} }`,
    'CLAIMS',
  );
  expect(ownerOf(claiming, subgraph('b', person('@authoritative'), 'SOURCE'))).toEqual([
    'SOURCE',
    ['SOURCE'],
  ]);
});

test('what tests something that itself tests an item, tests that item', () => {
  const result = published(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
      @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing"])
    type Query { a(x: String @sharing(as: "In.y")): Int @sharing(class: UNCONDITIONAL) b: String @sharing(class: WITHHELD, basis: "law") }
    input In { y: String @sharing(as: "Query.b") z: String @sharing(as: "In.z") }`);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const rule = result.publication.index.rule('Query.a(x:)');
  expect([rule, ...(rule.alsoTests ?? [])].map((one) => [one.tests, one.class])).toContainEqual([
    'Query.b',
    'WITHHELD',
  ]);
});
