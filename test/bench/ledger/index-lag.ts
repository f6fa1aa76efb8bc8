import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../../gateway/files.ts';
import { openLedger, startIndexer } from '../../../gateway/ledger/index.ts';
import { openDatabase } from '../../../gateway/store/index.ts';
import { record } from './measure.ts';

export interface IndexFigures {
  readonly recordsPerSecond: number;
  readonly subjectsPerRecord: number;
  readonly seconds: number;
  /** Longest time for which the index was not up to date. */
  readonly maxLagMs: number;
  /** From the last record to an index that has them all. */
  readonly catchUpMs: number;
  /** Processor time of all threads for a record, written, synced and indexed. */
  readonly cpuMicroseconds: number;
}

const PERSONS = 100_000;
const TICK_MS = 20;

/** How far the index is behind while the ledger takes records at a steady rate, with the embedded database. */
export async function measureIndexLag(recordsPerSecond: number, seconds: number): Promise<IndexFigures> {
  const root = projectRoot();
  const parent = join(root, '.liancha-bench');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'index-'));
  const persons = Array.from({ length: PERSONS }, () => randomBytes(32).toString('base64url'));
  const report = { error: (facts: object) => process.stderr.write(`${JSON.stringify(facts)}\n`) };
  const database = await openDatabase({ dataDir, tables: join(root, 'schema', 'tables'), report });
  const ledger = await openLedger({ dataDir, now: Date.now });
  const folders = { folder: join(dataDir, 'ledger'), keyFolder: join(dataDir, 'ledger-keys') };
  const onProblem = (error: unknown): never => {
    throw error;
  };
  const indexer = startIndexer({ ...folders, database, ledger, now: Date.now, onProblem });
  try {
    let sent = 0;
    let maxLagMs = 0;
    const appended: Promise<void>[] = [];
    const start = Date.now();
    const cpuBefore = process.cpuUsage();
    for (let passed = 0; passed < seconds * 1_000; passed = Date.now() - start) {
      const due = Math.floor((passed / 1_000) * recordsPerSecond);
      for (; sent < due; sent++) {
        const base = record(ledger.nextId());
        const subjects = base.subjects.map(() => persons[Math.floor(Math.random() * PERSONS)] ?? '');
        const matter = `YX-2026-${Math.floor(Math.random() * PERSONS)}`;
        appended.push(ledger.append({ ...base, subjects, matter }));
      }
      maxLagMs = Math.max(maxLagMs, indexer.state().lagMs);
      await sleep(TICK_MS);
    }
    await Promise.all(appended);
    const last = Date.now();
    while (indexer.state().behind > 0) {
      maxLagMs = Math.max(maxLagMs, indexer.state().lagMs);
      await sleep(TICK_MS);
    }
    const subjectsPerRecord = record(ledger.nextId()).subjects.length;
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      recordsPerSecond,
      subjectsPerRecord,
      seconds,
      maxLagMs,
      catchUpMs: Date.now() - last,
      cpuMicroseconds: Math.round((user + system) / sent),
    };
  } finally {
    await indexer.close();
    await ledger.close();
    await database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
