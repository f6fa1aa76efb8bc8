import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBroker, createEngine } from '../../../gateway/broker/index.ts';
import { planInProcess } from '../../../gateway/broker/plan/in-process.ts';
import { createPolicy, type Grant } from '../../../gateway/policy/index.ts';
import { publish } from '../../../gateway/registry/publish.ts';
import type { Coordinate, DepartmentCode, GrantId } from '../../../gateway/words.ts';
import { createWorld, principal } from './world.ts';

const NOW = Date.parse('2026-06-01T00:00:00+08:00');
const SDL = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing"])
  type Query { people: [Person] @sharing(class: UNCONDITIONAL) }
  interface Named @sharing(class: UNCONDITIONAL) { id: ID! }
  type Person implements Named @key(fields: "id") @sharing(class: UNCONDITIONAL) {
    id: ID! region: String age: Int
    phone: String @sharing(class: CONDITIONAL)
    home: String! @sharing(class: CONDITIONAL)
    friend: Person
  }`;
const provider = { code: 'P' as DepartmentCode, name: 'P' };
const published = publish(
  [{ name: 'people', url: 'http://people', sdl: SDL, provider }],
  readFileSync('schema/sharing.graphql', 'utf8'),
);
if (!published.ok) throw new Error(JSON.stringify(published.problems));
const { publication } = published;
const engine = createEngine(publication, planInProcess(publication.supergraphSdl));

interface Row {
  readonly id: string;
  readonly region: unknown;
  readonly age: unknown;
  readonly phone: string;
  readonly home: string;
  readonly friend: Row | null;
}

// Values that can be found again in an answer, and regions that are what they should be, or anything else.
let serial = 0;
const rows: fc.Arbitrary<Row> = fc.letrec<{ row: Row }>((tie) => ({
  row: fc.record({
    id: fc.constant('').map(() => `id-${serial++}`),
    region: fc.constantFrom('4301', '430102', '9901', '', null, 4301, ['4301']),
    age: fc.constantFrom(0, 17, 18, 90, null, '18'),
    phone: fc.constant('').map(() => `phone-${serial++}`),
    home: fc.constant('').map(() => `home-${serial++}`),
    friend: fc.option(tie('row'), { depthSize: 'small', maxDepth: 2 }),
  }),
})).row;

const condition = fc.constantFrom(
  { coordinate: 'Person.region' as Coordinate, operator: 'STARTS_WITH', values: ['4301'] } as const,
  { coordinate: 'Person.region' as Coordinate, operator: 'IN', values: ['9901', '430102'] } as const,
  { coordinate: 'Person.age' as Coordinate, operator: 'AT_LEAST', values: [18] } as const,
);
const grants = fc.array(
  fc.record({
    item: fc.constantFrom('Person.phone', 'Person.home'),
    scope: fc.array(condition, { minLength: 1, maxLength: 2 }),
    isMasked: fc.boolean(),
  }),
  { maxLength: 4 },
);

type Given = {
  readonly item: string;
  readonly scope: readonly { coordinate: string; operator: string; values: readonly unknown[] }[];
  readonly isMasked: boolean;
};

/** What the scope says, written down once more, without the gateway's code. */
function isIn(row: Row, { scope }: Given): boolean {
  return scope.every(({ operator, values }) => {
    if (operator === 'STARTS_WITH') return typeof row.region === 'string' && row.region.startsWith('4301');
    if (operator === 'IN') return values.includes(row.region);
    return typeof row.age === 'number' && row.age >= 18;
  });
}

const SELECTIONS = [
  '{ people { phone home friend { phone friend { home } } } }',
  '{ people { ...F friend { ...F } } } fragment F on Named { ... on Person { region: phone age: home } }',
  'query ($yes: Boolean = true) { people { a: phone @include(if: $yes) home friend { id phone } } }',
];

const held: { grants: readonly Grant[]; people: readonly Row[]; changed(): void } = {
  grants: [],
  people: [],
  changed: () => undefined,
};
const policy = createPolicy({
  folder: 'policies',
  grants: {
    current: () => held.grants,
    onChange(listener) {
      held.changed = listener;
      return () => undefined;
    },
    close: () => undefined,
  },
  zone: 'EXTRANET',
  now: () => NOW,
});
const broker = createBroker({
  ...createWorld().parts,
  publication,
  engine,
  policy: { ...policy, onChange: () => () => undefined },
  maskFor: () => () => '***',
  purposeByDefault: { use: 'ADMINISTRATIVE_BASIS', matter: 'm', onDenied: 'NULL' },
  ask: async ({ body }) => ({ ok: true, body: respond(String(body), held.people) }),
});

async function answerTo(text: string, people: readonly Row[], given: readonly Given[]): Promise<string> {
  held.people = people;
  held.grants = given.map(({ item, scope, isMasked }, index) => ({
    id: `G-${index}` as GrantId,
    department: principal.department,
    coordinates: [item],
    uses: ['ADMINISTRATIVE_BASIS'],
    validFrom: NOW - 1,
    validUntil: NOW + 1,
    scope: scope as Grant['scope'],
    masks: new Map(isMasked ? [[item, 'REDACT' as const]] : []),
    quotaPerDay: null,
    contact: null,
  }));
  held.changed();
  const admission = broker.admit(text, null);
  if (!admission.ok) throw new Error(JSON.stringify(admission.failures));
  const { data, failures } = await broker.answer(admission.operation, {}, principal);
  return `${data?.toString()} ${JSON.stringify(failures)}`;
}

/** A provider that answers the keys that it is asked for, whatever they stand for. */
function respond(body: string, people: readonly Row[]): Buffer {
  const { query } = JSON.parse(body);
  const keys = [...query.matchAll(/(?:(\w+)\s*:\s*)?\b(id|region|age|phone|home)\b/g)];
  const shown = (row: Row): object => ({
    __typename: 'Person',
    ...Object.fromEntries(
      keys.map(([, alias, name]) => [alias ?? name, row[name as 'id' | 'region' | 'age' | 'phone' | 'home']]),
    ),
    friend: row.friend && shown(row.friend),
  });
  return Buffer.from(JSON.stringify({ data: { people: people.map(shown) } }));
}

const all = (row: Row): Row[] => [row, ...(row.friend ? all(row.friend) : [])];

test('no value of a record that is out of scope appears in any answer, whatever rows and grants', async () => {
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rows, { minLength: 1, maxLength: 12 }),
      grants,
      fc.constantFrom(...SELECTIONS),
      async (people, given, text) => {
        const answer = await answerTo(text, people, given);
        expect(answer).not.toContain('__own');
        for (const row of people.flatMap(all)) {
          for (const [item, value] of [
            ['Person.phone', row.phone],
            ['Person.home', row.home],
          ] as const) {
            const mayShow = given.some((one) => one.item === item && !one.isMasked && isIn(row, one));
            const isShown = answer.includes(`"${value}"`);
            if (isShown) shown++;
            if (isShown && !mayShow) throw new Error(`${value} is out of scope: ${answer}`);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(shown).toBeGreaterThan(20); // A gateway that shows nothing would pass, too.
}, 60_000);

test('a right that ends while providers are asked has ended: what was fetched is not shown', async () => {
  const world = createWorld();
  const own = createBroker({
    ...world.parts,
    purposeByDefault: { use: 'WORK_REFERENCE', matter: 'm', onDenied: 'NULL' },
    async ask({ body }) {
      const isScored = String(body).includes('score');
      if (isScored) world.change('Shop.score');
      const shop = { __typename: 'Shop', id: '1', name: 'A', ...(isScored && { score: 77 }) };
      return { ok: true, body: Buffer.from(JSON.stringify({ data: { shop } })) };
    },
  });
  const admission = own.admit('{ shop(id: "1") { name score } }', null);
  if (!admission.ok) throw new Error('not admitted');
  const answer = await own.answer(admission.operation, {}, principal);
  expect(JSON.parse(String(answer.data))).toEqual({ shop: { name: 'A', score: null } });
  expect(answer.failures.map((one) => one.code)).toEqual(['GRANT_REQUIRED']);
  expect(world.records.map(({ errors, answerDigest }) => [errors, answerDigest])).toEqual([
    [['GRANT_EXPIRED'], ''],
    [['GRANT_REQUIRED'], expect.not.stringContaining('77')],
  ]);
});
