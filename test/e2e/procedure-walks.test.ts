import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvePart } from '../../gateway/exchange/applications/answer.ts';
import { type DraftParts, saveDraft, submitDraft } from '../../gateway/exchange/applications/draft.ts';
import { movePart } from '../../gateway/exchange/applications/move.ts';
import type { Actor } from '../../gateway/exchange/applications/parties.ts';
import { MOVES, type State } from '../../gateway/exchange/applications/procedure.ts';
import { applicationWorkers } from '../../gateway/exchange/applications/workers.ts';
import { createCalendar, readNotices, readRuleSets } from '../../gateway/exchange/clock/index.ts';
import { createBudget } from '../../gateway/exchange/door/budget.ts';
import { moveGrant } from '../../gateway/exchange/grants/move.ts';
import { GRANT_MOVES } from '../../gateway/exchange/grants/procedure.ts';
import { startJobs } from '../../gateway/exchange/jobs/index.ts';
import type { Caller } from '../../gateway/exchange/module.ts';
import { Refused } from '../../gateway/exchange/refused.ts';
import { projectRoot } from '../../gateway/files.ts';
import { readDepartments } from '../../gateway/identity/index.ts';
import { createIds } from '../../gateway/ledger/index.ts';
import { publish } from '../../gateway/registry/publish.ts';
import { type Database, openDatabase } from '../../gateway/store/index.ts';
import { provideDatabase } from './setup/database.ts';

const DAY = 86_400_000;
const root = projectRoot();
const departments = readDepartments(join(root, 'schema', 'departments.json'));
const named = (name: string) => departments.all().find((one) => one.name === name) ?? failing(name);
function failing(name: string): never {
  throw new Error(`no department ${name}`);
}
const applicant = named('云溪市教育局');
const actors = ['云溪市教育局', '云溪市民政局', '云溪市公安局', '云溪市数据局', '云溪市人民政府办公室'].map(
  (name) => ({ department: named(name), operator: 'walker' }),
);

let folder: string;
let database: Database;
let now = Date.parse('2026-03-02T09:00:00+08:00');
const published = publish(
  departments.all().flatMap(({ code, name, subgraph }) => {
    if (subgraph === null) return [];
    const sdl = readFileSync(join(root, 'subgraphs', subgraph, 'schema.graphql'), 'utf8');
    return [{ name: subgraph, url: `http://${subgraph}.example/`, sdl, provider: { code, name } }];
  }),
  readFileSync(join(root, 'schema', 'sharing.graphql'), 'utf8'),
);
const parts: DraftParts = {
  ruleSets: readRuleSets(join(root, 'policies', 'rules')),
  level: 'CITY',
  calendar: createCalendar(readNotices(join(root, 'policies', 'calendar'))),
  remindBefore: [3, 1],
  competent: () => [],
  nextId: createIds(() => now),
  now: () => now,
  index: () => (published.ok ? published.publication.index : failing('index')),
  schema: () => (published.ok ? published.publication.schema : failing('schema')),
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-walks-'));
  await provideDatabase(folder);
  const report = { error: () => undefined };
  database = await openDatabase({ dataDir: folder, tables: join(root, 'schema', 'tables'), report });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('walked at random by everybody, an application never comes to a state that its history does not explain', async () => {
  const step = fc.record({
    actor: fc.constantFrom(...actors),
    move: fc.constantFrom(...MOVES, ...GRANT_MOVES, 'WAIT' as const),
    stale: fc.integer({ min: 0, max: 9 }),
    days: fc.integer({ min: 1, max: 60 }),
  });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      const part = await submitted();
      for (const one of steps) {
        if (one.move === 'WAIT') now += one.days * DAY;
        await walk(part, one);
        await jobs.runDue();
      }
      seen.add(await explain(part));
    }),
    { numRuns: 30 },
  );
  expect(seen.size).toBeGreaterThan(3); // The walks went to more than one place.
}, 120_000);

const report = {
  error: (facts: object, message: string) => {
    throw new Error(`${message} ${JSON.stringify(facts)}`);
  },
};
const jobs = {
  runDue: () =>
    startJobs({ database, workers: applicationWorkers(parts), now: () => now, report, pollMs: 0 }).runDue(),
};

async function submitted(): Promise<string> {
  const caller: Caller = {
    principal: {
      department: applicant.code,
      departmentName: applicant.name,
      roles: applicant.roles,
      operator: 'walker',
      zone: 'EXTRANET',
    },
    department: applicant,
    language: 'en',
    budget: createBudget(),
  };
  const input = {
    items: ['Person.maritalStatus'],
    uses: ['ADMINISTRATIVE_BASIS'],
    duties: 'x',
    legalBasis: 'x',
    expectedPerDay: 1,
    until: new Date(now + 200 * DAY).toISOString(),
  };
  const id = await database.transaction((transaction) => saveDraft(parts, transaction, caller, { input }));
  await database.transaction((transaction) => submitDraft(parts, transaction, caller, { id, version: 1 }));
  const [row] = await database.query('select id from application_parts where application = $1', [id]);
  return String(row?.id);
}

interface Walk {
  readonly actor: Exclude<Actor, 'PLATFORM'>;
  readonly move: string;
  readonly stale: number;
}

/** Tries a move; whatever is refused is refused in one of the four ways, and changes nothing. */
async function walk(part: string, { actor, move, stale }: Walk): Promise<void> {
  const before = await stateOf(part);
  const version = before.version - (stale === 0 ? 1 : 0);
  try {
    await database.transaction(async (transaction) => {
      const grantMove = GRANT_MOVES.find((one) => one === move);
      const plain = MOVES.find((one) => one === move);
      if (grantMove && before.grant) {
        const [row] = await transaction.query('select version from grants where id = $1', [before.grant]);
        const request = {
          id: before.grant,
          version: Number(row?.version),
          move: grantMove,
          actor,
          reason: 'x',
        };
        await moveGrant(parts, transaction, { ...request, validUntil: new Date(now + DAY).toISOString() });
      } else if (move === 'APPROVE')
        await approvePart(parts, transaction, actor, { part, version, reason: 'x' });
      // An approval in part is an approval with less; use is ended through its grant.
      else if (plain && plain !== 'APPROVE_IN_PART' && plain !== 'END')
        await movePart(parts, transaction, { part, version, move: plain, actor, reason: 'x' });
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    expect(['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'ILLEGAL_MOVE', 'BAD_USER_INPUT']).toContain(error.code);
    expect(await stateOf(part)).toEqual(before);
  }
}

async function stateOf(part: string) {
  const [row] = await database.query(
    'select state, version, grant_id, due from application_parts where id = $1',
    [part],
  );
  return {
    state: String(row?.state),
    version: Number(row?.version),
    grant: row?.grant_id as string | null,
    due: row?.due,
  };
}

/** The history is a chain from the draft to the present state; a right stands behind exactly the states that have one. */
async function explain(part: string): Promise<string> {
  const history = await database.query(
    'select move, from_state, to_state, department from application_history where part = $1 order by number',
    [part],
  );
  let state: unknown = 'DRAFT';
  for (const one of history) {
    expect(one.from_state).toBe(state);
    state = one.to_state;
    if (one.move === 'APPROVE') expect(one.department).toBe(named('云溪市民政局').code);
  }
  const at = await stateOf(part);
  expect(at.state).toBe(state);
  const granted: readonly State[] = ['APPROVED', 'APPROVED_IN_PART', 'IN_USE', 'ENDED'];
  expect(at.grant !== null).toBe(granted.some((one) => one === at.state));
  expect(at.due !== null).toBe(at.state === 'SUBMITTED' || at.state === 'ORDERED');
  if (at.grant !== null) {
    const [grant] = await database.query('select status, valid_until from grants where id = $1', [at.grant]);
    const isOver =
      grant?.status === 'REVOKED' ||
      grant?.status === 'RETURNED' ||
      (grant?.valid_until instanceof Date && grant.valid_until.getTime() <= now);
    expect(at.state === 'ENDED').toBe(isOver);
  }
  return at.state;
}
