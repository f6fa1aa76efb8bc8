import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publish } from '../../../gateway/registry/publish.ts';
import type { DepartmentCode } from '../../../gateway/words.ts';

const departments: { code: string; name: string; subgraph: string | null }[] = JSON.parse(
  readFileSync('schema/departments.json', 'utf8'),
);
const subgraphs = departments.flatMap(({ code, name, subgraph }) =>
  subgraph === null
    ? []
    : [
        {
          name: subgraph,
          url: `http://${subgraph}.example/`,
          sdl: readFileSync(`subgraphs/${subgraph}/schema.graphql`, 'utf8'),
          provider: { code: code as DepartmentCode, name },
        },
      ],
);
const result = publish(subgraphs, readFileSync('schema/sharing.graphql', 'utf8'));

test('the six demonstration subgraphs compose', () => {
  expect(result.ok ? [] : result.problems).toEqual([]);
});

test('nothing that the demonstration city publishes is unclassified', () => {
  if (!result.ok) throw new Error('not composed');
  const unclassified = [...result.publication.index.coordinates()].filter((rule) => !rule.classified);
  expect(unclassified.map((rule) => rule.coordinate)).toEqual([]);
});

test.each([
  ['Person.idNumber', 'UNCONDITIONAL'],
  ['Person.phone', 'CONDITIONAL'],
  ['Person.photoDigest', 'WITHHELD'],
  ['Person.contributionBase', 'WITHHELD'],
  ['PersonFilter.phone', 'CONDITIONAL'],
  ['Query.person(idNumber:)', 'UNCONDITIONAL'],
  ['Property.area', 'UNCONDITIONAL'],
  ['Nowhere.nothing', 'WITHHELD'],
])('%s is %s', (coordinate, sharing) => {
  if (!result.ok) throw new Error('not composed');
  expect(result.publication.index.rule(coordinate).class).toBe(sharing);
});

test('a computed field names everything that it is computed from', () => {
  if (!result.ok) throw new Error('not composed');
  expect(result.publication.index.rule('Person.housingSubsidyEligible').requires).toEqual([
    'Person.maritalStatus',
    'Person.residenceRegion',
  ]);
});
