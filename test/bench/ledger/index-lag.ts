import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../../gateway/files.ts';
import { type Ledger, openLedger, startIndexer } from '../../../gateway/ledger/index.ts';
import { openDatabase } from '../../../gateway/store/index.ts';
import { familyCpuSeconds } from '../machine/index.ts';
import { openBenchDatabase } from '../running/database.ts';
import { record } from './measure.ts';

export interface IndexLoad {
  readonly recordsPerSecond: number;
  readonly subjectsPerRecord: number;
  readonly seconds: number;
}

export interface IndexFigures extends IndexLoad {
  readonly database: string;
  /** Longest time for which the index was not up to date. */
  readonly maxLagMs: number;
  /** From the last record to an index that has them all. */
  readonly catchUpMs: number;
  /** Processor time of all threads for a record, made, written and synced… */
  readonly cpuMicroseconds: number;
  /** …how much more it was than without an index, that of the server not included, … */
  readonly indexMicroseconds: number;
  /** …and that of the server. */
  readonly serverMicroseconds: number;
}

const PERSONS = 100_000;
const TICK_MS = 20;

/** How far the index is behind while the ledger takes records at a steady rate, and what it costs. */
export async function measureIndexLag(load: IndexLoad, isEmbedded: boolean): Promise<IndexFigures> {
  const root = projectRoot();
  const parent = join(root, '.liancha-bench');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'index-'));
  const report = { error: (facts: object) => process.stderr.write(`${JSON.stringify(facts)}\n`) };
  const server = isEmbedded ? null : await openBenchDatabase();
  const url = (await server?.create()) ?? undefined;
  const database = await openDatabase({ url, dataDir, tables: join(root, 'schema', 'tables'), report });
  const now = Date.now;
  try {
    const alone = await openLedger({ dataDir: join(dataDir, 'alone'), now });
    const without = await append(alone, load, () => undefined);
    await alone.close();
    const ledger = await openLedger({ dataDir, now });
    const folders = { folder: join(dataDir, 'ledger'), keyFolder: join(dataDir, 'ledger-keys') };
    const onProblem = (error: unknown): never => {
      throw error;
    };
    const indexer = startIndexer({ ...folders, database, ledger, now, onProblem });
    let maxLagMs = 0;
    const look = (): void => {
      maxLagMs = Math.max(maxLagMs, indexer.state().lagMs);
    };
    const serverBefore = familyCpuSeconds('postgres');
    const before = process.cpuUsage();
    const appended = await append(ledger, load, look);
    const last = now();
    while (indexer.state().behind > 0) {
      look();
      await sleep(TICK_MS);
    }
    const catchUpMs = now() - last;
    const { user, system } = process.cpuUsage(before);
    const cpuMicroseconds = Math.round((user + system) / appended.records);
    const serverSeconds = familyCpuSeconds('postgres') - serverBefore;
    await indexer.close();
    await ledger.close();
    return {
      ...load,
      database: server?.server ? 'PostgreSQL' : 'embedded',
      maxLagMs,
      catchUpMs,
      cpuMicroseconds,
      indexMicroseconds: cpuMicroseconds - without.cpuMicroseconds,
      serverMicroseconds: Math.round((serverSeconds * 1_000_000) / appended.records),
    };
  } finally {
    await database.close();
    await server?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Appends records at the rate asked for; `look` is called again and again meanwhile. */
async function append(ledger: Ledger, load: IndexLoad, look: () => void) {
  const { recordsPerSecond, subjectsPerRecord, seconds } = load;
  const persons = Array.from({ length: PERSONS }, () => randomBytes(32).toString('base64url'));
  const appended: Promise<void>[] = [];
  let records = 0;
  const before = process.cpuUsage();
  const start = Date.now();
  for (let passed = 0; passed < seconds * 1_000; passed = Date.now() - start) {
    const due = Math.floor((passed / 1_000) * recordsPerSecond);
    for (; records < due; records++) {
      const from = Math.floor(Math.random() * (PERSONS - subjectsPerRecord));
      const subjects = persons.slice(from, from + subjectsPerRecord);
      const matter = `YX-2026-${Math.floor(Math.random() * PERSONS)}`;
      appended.push(ledger.append({ ...record(ledger.nextId()), subjects, matter }));
    }
    look();
    await sleep(TICK_MS);
  }
  await Promise.all(appended);
  const { user, system } = process.cpuUsage(before);
  return { records, cpuMicroseconds: Math.round((user + system) / records) };
}
