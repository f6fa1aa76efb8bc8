import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import {
  archiveSegments,
  type Disclosure,
  deletePeriod,
  findDisclosures,
  type Ledger,
  openLedger,
  startIndexer,
} from '../../gateway/ledger/index.ts';
import { createBatchReader } from '../../gateway/ledger/search/batch.ts';
import { createIndexWriter } from '../../gateway/ledger/search/index-writer.ts';
import { deletedRanges } from '../../gateway/ledger/search/records.ts';
import { type Database, openDatabase } from '../../gateway/store/index.ts';
import { disclosure } from '../gateway/ledger/disclosures.ts';
import { provideDatabase } from './setup/database.ts';
import { type Postgres, startPostgres } from './setup/postgres.ts';

const TABLES = join(projectRoot(), 'schema', 'tables');
const report = { error: () => undefined };
const ALL = { kind: 'ALL' } as const;
const PAGE = { after: null, limit: 10_000 };
const JANUARY = Date.parse('2026-01-15T00:00:00+08:00');
const MARCH = Date.parse('2026-03-15T00:00:00+08:00');

const hashOf = (person: number): string => createHash('sha256').update(String(person)).digest('base64url');

describe.each(['embedded', 'server'] as const)('the index of subjects (%s database)', (kind) => {
  let folder: string;
  let postgres: Postgres | null = null;
  let database: Database;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liancha-subjects-'));
    if (kind === 'server') postgres = await startPostgres();
    else await provideDatabase(folder);
    database = await openDatabase({ url: postgres?.url, dataDir: folder, tables: TABLES, report });
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const dataDirOf = (name: string): string => join(folder, name);
  const foldersOf = (name: string) => ({
    folder: join(dataDirOf(name), 'ledger'),
    keyFolder: join(dataDirOf(name), 'ledger-keys'),
  });
  const open = (name: string, time = MARCH): Promise<Ledger> =>
    openLedger({ dataDir: dataDirOf(name), now: () => time, segmentBytes: 20_000 });

  /** Appends one record for each list of persons; who is in which. */
  async function write(name: string, persons: readonly (readonly number[])[], time = MARCH) {
    const ledger = await open(name, time);
    const written = new Map<number, Set<string>>();
    await Promise.all(
      persons.map((list) => {
        const id = ledger.nextId();
        for (const person of list) written.set(person, (written.get(person) ?? new Set()).add(id));
        return ledger.append({ ...disclosure(id), time, matter: name, subjects: list.map(hashOf) });
      }),
    );
    const { id, durable } = ledger;
    await ledger.close();
    return { written, id, durable };
  }
  const found = async (person: number, name: string): Promise<string[]> => {
    const filter = { subjects: [hashOf(-person - 1), hashOf(person)], matter: name };
    const rows = await findDisclosures(database, ALL, filter, PAGE);
    return rows.map(({ id }) => String(id)).sort();
  };
  const expectAll = async (written: ReadonlyMap<number, ReadonlySet<string>>, name: string) => {
    for (const [person, ids] of written) expect(await found(person, name)).toEqual([...ids].sort());
  };

  /** With small chunks and batches, anew from where the database stands every few batches. */
  async function index(name: string, ledger: Pick<Ledger, 'id' | 'durable'>, chunk: number): Promise<void> {
    for (;;) {
      const reader = createBatchReader(foldersOf(name), chunk);
      const writer = createIndexWriter(database, ledger.id);
      let { position, unpacked } = await writer.stopped();
      reader.begin(unpacked);
      for (let batches = 0; batches < 3; batches++) {
        const batch = reader.next(position, ledger.durable, { records: 7, subjects: 60 });
        if (!batch) return;
        expect(await writer.store(batch)).toBe(true);
        position = batch.to;
      }
    }
  }
  const chunksOf = async (ledger: string): Promise<number> => {
    const [row] = await database.query(
      'select count(*)::int4 as count from disclosure_subjects s join ledger_index i on i.number = s.ledger where i.ledger = $1',
      [ledger],
    );
    return Number(row?.count);
  };

  it('finds all records of a person and no other, packed or not yet, also over restarts', async () => {
    let run = 0;
    const persons = fc.array(fc.array(fc.nat(30), { maxLength: 12 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(persons, fc.integer({ min: 1, max: 300 }), async (lists, chunk) => {
        const name = `property-${++run}`;
        const { written, ...ledger } = await write(name, lists);
        await index(name, ledger, chunk);
        await expectAll(written, name);
        expect(await found(31, name)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('finds them in chunks of many blocks, and again when it was made anew from the files', async () => {
    const lists = Array.from({ length: 40 }, (_, record) =>
      Array.from({ length: 300 }, (__, at) => (record * 97 + at * at) % 4_000),
    );
    const { written, ...ledger } = await write('many', lists);
    await index('many', ledger, 5_000);
    expect(await chunksOf(ledger.id)).toBe(2);
    const some = new Map([...written].filter(([person]) => person % 40 === 0));
    await expectAll(some, 'many');
    const again = await open('many');
    const indexer = startIndexer({
      ...foldersOf('many'),
      database,
      ledger: again,
      now: Date.now,
      onProblem: () => undefined,
    });
    await indexer.rebuild();
    await vi.waitFor(() => expect(indexer.state()).toMatchObject({ behind: 0, records: 40 }), 30_000);
    await indexer.close();
    await again.close();
    await expectAll(some, 'many');
  });

  it('holds nothing more of the subjects of records that were deleted, also in a chunk with others', async () => {
    const old = await write(
      'old',
      Array.from({ length: 30 }, (_, at) => [at % 3, 100 + at]),
      JANUARY,
    );
    const recent = await write(
      'old',
      Array.from({ length: 30 }, (_, at) => [at % 3, 200 + at]),
    );
    const { folder: ledgerFolder, keyFolder } = foldersOf('old');
    await index('old', recent, 50);
    await expectAll(new Map([[100, old.written.get(100) ?? new Set()]]), 'old');
    archiveSegments(ledgerFolder, keyFolder, Date.parse('2026-02-01T00:00:00+08:00'));
    expect(deletePeriod(ledgerFolder, keyFolder, '2026-01')).toBeGreaterThan(0);
    const writer = createIndexWriter(database, recent.id);
    expect(await writer.forget(deletedRanges(ledgerFolder))).toBe(true);
    expect(await writer.forget(deletedRanges(ledgerFolder))).toBe(false);
    await expectAll(recent.written, 'old');
    const [row] = await database.query(
      `select sum((octet_length(postings) - 4 * ((1 << bits) + 1)) / 12)::int4 as packed from disclosure_subjects s
       join ledger_index i on i.number = s.ledger where i.ledger = $1`,
      [recent.id],
    );
    const left = await database.query(
      `select subjects from disclosures d join ledger_index i on i.number = d.ledger
       where i.ledger = $1 and d.record < i.packed`,
      [recent.id],
    );
    expect(row?.packed).toBe(2 * left.length);
    expect(left.length).toBeLessThan(30);
  });
});

it('an index of an older version is made anew from the files at the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liancha-older-'));
  const older = join(folder, 'tables');
  mkdirSync(older);
  for (const name of readdirSync(TABLES)) if (name < '0012') cpSync(join(TABLES, name), join(older, name));
  const ledger = await openLedger({ dataDir: folder, now: () => MARCH });
  const ids: Disclosure['id'][] = [];
  for (let count = 0; count < 5; count++) {
    const id = ledger.nextId();
    ids.push(id);
    await ledger.append({ ...disclosure(id), subjects: [hashOf(count % 2)] });
  }
  const before = await openDatabase({ dataDir: folder, tables: older, report });
  const { durable } = ledger;
  await before.query('insert into ledger_index (ledger, segment, bytes, records) values ($1, $2, $3, $4)', [
    ledger.id,
    ...[durable.segment, durable.bytes, durable.records],
  ]);
  await before.query(
    `insert into disclosures (id, kind, ledger, record, time, rows, operation, subjects)
     values ($1, gen_random_uuid(), 1, 0, 0, 0, '', '{1}')`,
    [ids[0]],
  );
  await before.close();
  const database = await openDatabase({ dataDir: folder, tables: TABLES, report });
  const folders = { folder: join(folder, 'ledger'), keyFolder: join(folder, 'ledger-keys') };
  const problems: unknown[] = [];
  const indexer = startIndexer({
    ...folders,
    database,
    ledger,
    now: Date.now,
    onProblem: (error) => problems.push(error),
  });
  await vi.waitFor(() => expect(indexer.state()).toMatchObject({ behind: 0, records: 5 }), 30_000);
  const rows = await findDisclosures(database, ALL, { subjects: [hashOf(0)] }, PAGE);
  expect(rows.map(({ id }) => String(id)).sort()).toEqual([ids[0], ids[2], ids[4]].sort());
  expect(problems).toEqual([]);
  await indexer.close();
  await ledger.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
