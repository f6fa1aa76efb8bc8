import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  archiveSegments,
  type Disclosure,
  deletePeriod,
  findDisclosures,
  openLedger,
  startIndexer,
} from '../../gateway/ledger/index.ts';
import { createBatchReader } from '../../gateway/ledger/search/batch.ts';
import { createIndexWriter } from '../../gateway/ledger/search/index-writer.ts';
import { BEGINNING } from '../../gateway/ledger/search/records.ts';
import type { Database } from '../../gateway/store/index.ts';
import { openDatabase } from '../../gateway/store/index.ts';
import { provideDatabase } from '../e2e/setup/database.ts';
import { disclosure } from '../gateway/ledger/disclosures.ts';

const JANUARY = Date.parse('2026-01-15T00:00:00+08:00');
const MARCH = Date.parse('2026-03-15T00:00:00+08:00');
const ALL = { kind: 'ALL' } as const;
const PAGE = { after: null, limit: 1_000 };

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-index-'));
  await provideDatabase(folder);
  database = await openDatabase({
    dataDir: folder,
    tables: 'schema/tables',
    report: { error: () => undefined },
  });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const foldersOf = (name: string) => ({
  folder: join(folder, name, 'ledger'),
  keyFolder: join(folder, name, 'ledger-keys'),
});
const open = (name: string, time: number) =>
  openLedger({ dataDir: join(folder, name), now: () => time, segmentBytes: 2_000 });

/** Appends records of one matter, one of them as nasty as a consumer may write it. */
async function write(name: string, time: number, count: number): Promise<string[]> {
  const ledger = await open(name, time);
  const ids: Disclosure['id'][] = [];
  for (let index = 0; index < count; index++) {
    const id = ledger.nextId();
    ids.push(id);
    const operator = index === 0 ? 'a\0b"\\{},null\ud800' : 'null';
    await ledger.append({
      ...disclosure(id),
      time,
      operator,
      matter: name,
      subjects: ['w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY'],
    });
  }
  await ledger.close();
  return ids.sort();
}

/** Runs the index of a ledger until it is up to date. */
async function index(name: string): Promise<void> {
  const ledger = await open(name, MARCH);
  const problems: unknown[] = [];
  const indexer = startIndexer({
    ...foldersOf(name),
    database,
    ledger,
    now: Date.now,
    onProblem: (error) => problems.push(error),
  });
  await vi.waitFor(() => expect(indexer.state()).toMatchObject({ behind: 0, lagMs: 0 }), { timeout: 30_000 });
  await indexer.close();
  await ledger.close();
  expect(problems).toEqual([]);
}
const found = async (name: string): Promise<unknown[]> => {
  const rows = await findDisclosures(database, ALL, { matter: name }, PAGE);
  return rows.map(({ id }) => id).sort(); // Ids of one moment stand in no order.
};

test('every record is indexed once, over restarts and whoever tries it a second time', async () => {
  const first = await write('one', JANUARY, 12);
  await index('one');
  expect(await found('one')).toEqual(first);
  const second = await write('one', MARCH, 12);
  await index('one');
  await index('one');
  expect(await found('one')).toEqual([...first, ...second]);
  // An answer of the database that was lost: the batch is offered again, and by two at a time.
  const ledger = await open('two', MARCH);
  for (let count = 0; count < 5; count++)
    await ledger.append({ ...disclosure(ledger.nextId()), matter: 'two' });
  const { id, durable } = ledger;
  await ledger.close();
  const writer = createIndexWriter(database, id);
  await writer.stopped();
  const batch = createBatchReader(foldersOf('two')).next(BEGINNING, durable);
  if (!batch) throw new Error('there is nothing to index');
  const stored = await Promise.all([
    writer.store(batch),
    createIndexWriter(database, id).store(batch),
    writer.store(batch),
  ]);
  expect(stored.filter(Boolean)).toHaveLength(1);
  expect(await found('two')).toHaveLength(5);
});

test('what is archived stays in the index and is indexed anew from the archive; what is deleted is forgotten', async () => {
  const old = await write('three', JANUARY, 20);
  const recent = await write('three', MARCH, 10);
  const { folder: ledgerFolder, keyFolder } = foldersOf('three');
  archiveSegments(ledgerFolder, keyFolder, Date.parse('2026-02-01T00:00:00+08:00'));
  await index('three'); // For the first time: from the archive.
  expect(await found('three')).toEqual([...old, ...recent]);
  expect(deletePeriod(ledgerFolder, keyFolder, '2026-01')).toBeGreaterThan(0);
  await index('three');
  expect(await found('three')).toEqual(recent);
});

test('an index of more than the ledger holds belongs to other files, and is made anew', async () => {
  const early = await write('four', JANUARY, 4);
  cpSync(join(folder, 'four'), join(folder, 'copy'), { recursive: true });
  await write('four', MARCH, 6);
  await index('four');
  rmSync(join(folder, 'four'), { recursive: true });
  cpSync(join(folder, 'copy'), join(folder, 'four'), { recursive: true });
  await index('four');
  expect(await found('four')).toEqual(early);
});
