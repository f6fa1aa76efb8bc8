import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { projectRoot } from '../../../../gateway/files.ts';
import { readDepartments } from '../../../../gateway/identity/index.ts';
import { checkSubgraph } from '../../../../gateway/registry/check/index.ts';

const root = projectRoot();
const specification = readFileSync(join(root, 'schema/sharing.graphql'), 'utf8');
const live = readDepartments(join(root, 'schema/departments.json'))
  .all()
  .flatMap(({ code, name, subgraph }) =>
    subgraph === null
      ? []
      : [
          {
            name: subgraph,
            url: 'http://provider.example/',
            sdl: readFileSync(join(root, 'subgraphs', subgraph, 'schema.graphql'), 'utf8'),
            provider: { code, name },
          },
        ],
  );
const { grants } = parseYaml(readFileSync(join(root, 'policies/grants.yaml'), 'utf8')) as {
  grants: { department: string; coordinates: string[] }[];
};

it.each(live.map((one) => one.name))('%s of the demonstration city is clean', (name) => {
  const candidate = live.find((one) => one.name === name);
  if (!candidate) throw new Error(name);
  const held = grants
    .filter((one) => one.department === candidate.provider.code)
    .flatMap((one) => one.coordinates);
  const isGranted = (coordinate: string): boolean => held.includes(coordinate);
  expect(checkSubgraph({ candidate, live, specification, operations: [], isGranted })).toEqual([]);
});
