import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { createPlanning, printPlan } from '../../../gateway/broker/plan/planning.ts';
import { publish } from '../../../gateway/registry/publish.ts';
import type { DepartmentCode } from '../../../gateway/words.ts';
import { PROVIDER_NAMES } from '../../../subgraphs/providers.ts';

let planner: ReturnType<typeof createPlanning>;
beforeAll(() => {
  const subgraphs = PROVIDER_NAMES.map((name) => ({
    name,
    url: `http://${name}.example/`,
    sdl: readFileSync(`subgraphs/${name}/schema.graphql`, 'utf8'),
    provider: { code: 'x' as DepartmentCode, name },
  }));
  const result = publish(subgraphs, readFileSync('schema/sharing.graphql', 'utf8'));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  planner = createPlanning(result.publication.supergraphSdl);
});

test('one department, one fetch', () => {
  expect(printPlan(planner.plan(parse('{ person(idNumber: "1") { name } }'), 0))).toMatchInlineSnapshot(`
    "QueryPlan {
      Fetch(service: "population") {
        {
          person(idNumber: 1) {
            name
          }
        }
      },
    }"
  `);
});

test('a computed item fetches what it is computed from first', () => {
  const plan = planner.plan(parse('{ person(idNumber: "1") { housingSubsidyEligible } }'), 0);
  expect(printPlan(plan)).toMatchInlineSnapshot(`
    "QueryPlan {
      Sequence {
        Fetch(service: "population") {
          {
            person(idNumber: 1) {
              __typename
              idNumber
              residenceRegion
            }
          }
        },
        Flatten(path: "person") {
          Fetch(service: "marriage") {
            {
              ... on Person {
                __typename
                idNumber
              }
            } =>
            {
              ... on Person {
                maritalStatus
              }
            }
          },
        },
        Flatten(path: "person") {
          Fetch(service: "socialinsurance") {
            {
              ... on Person {
                __typename
                maritalStatus
                residenceRegion
                idNumber
              }
            } =>
            {
              ... on Person {
                housingSubsidyEligible
              }
            }
          },
        },
      },
    }"
  `);
});
