import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';
import { type Disclosure, openLedger, verifyLedger } from '../../../gateway/ledger/index.ts';
import type { DepartmentCode } from '../../../gateway/words.ts';

export interface LedgerFigures {
  readonly records: number;
  readonly appendedPerSecond: number;
  readonly verifiedPerSecond: number;
}

/** Answers that wait for their record at the same time: they share one `fdatasync`. */
const WAITING = 256;

/** The ledger alone, on one core and a real disk, with records like those of a query of ten rows. */
export async function measureLedger(records: number): Promise<LedgerFigures> {
  const parent = join(projectRoot(), '.liancha-bench');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'ledger-'));
  try {
    const ledger = await openLedger({ dataDir, now: Date.now });
    let left = records;
    const startAppend = performance.now();
    await Promise.all(
      Array.from({ length: WAITING }, async () => {
        while (left-- > 0) await ledger.append(record(ledger.nextId()));
      }),
    );
    const appended = records / ((performance.now() - startAppend) / 1_000);
    await ledger.close();
    const startVerify = performance.now();
    const report = verifyLedger(join(dataDir, 'ledger'));
    const verified = report.records / ((performance.now() - startVerify) / 1_000);
    if (!report.ok) throw new Error(JSON.stringify(report.problems));
    return {
      records,
      appendedPerSecond: Math.round(appended),
      verifiedPerSecond: Math.round(verified),
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export function record(id: Disclosure['id']): Disclosure {
  return {
    id,
    time: Date.now(),
    department: '11990101MB0000013G' as Disclosure['department'],
    operator: 'bench',
    use: 'ADMINISTRATIVE_BASIS',
    matter: 'YX-2026-0001',
    operation: 'w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY',
    operationName: null,
    decisions: ['Query.person', 'Person.name', 'Person.idNumber'].map((coordinate) => ({
      coordinate: coordinate as Disclosure['decisions'][number]['coordinate'],
      effect: 'ALLOW',
      provider: '11990101MB00000019' as DepartmentCode,
      policies: ['unconditional'],
    })),
    grants: [],
    schemaRevision: 'wmtzxc8Mq2zcNpPR_ZHQbK',
    policyRevision: 'wmtzxc8Mq2zcNpPR_ZHQbK',
    providers: [{ subgraph: 'population', outcome: 'OK', calls: 1 }],
    rows: 10,
    subjects: Array.from({ length: 10 }, () => 'w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY'),
    variablesDigest: 'w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY',
    answerDigest: 'w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY',
    subjectKey: 'w3jOcf4AtSBE',
    digestKey: 'w3jOcf4AtSBE',
    errors: [],
  };
}
