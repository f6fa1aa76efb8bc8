import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchived } from '../../../gateway/ledger/archive/archive.ts';
import {
  archiveSegments,
  deletePeriod,
  exportLedger,
  openLedger,
  rotateLedgerKey,
  verifyLedger,
} from '../../../gateway/ledger/index.ts';
import { disclosure } from './disclosures.ts';

const JANUARY = Date.parse('2026-01-15T00:00:00+08:00');
const MARCH = Date.parse('2026-03-15T00:00:00+08:00');

let dataDir: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-archive-'));
  await fill(JANUARY);
  await fill(MARCH);
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
const folder = (): string => join(dataDir, 'ledger');
const keys = (): string => join(dataDir, 'ledger-keys');

async function fill(time: number): Promise<void> {
  const ledger = await openLedger({ dataDir, now: () => time, segmentBytes: 2_000 });
  for (let index = 0; index < 20; index++) await ledger.append({ ...disclosure(ledger.nextId()), time });
  await ledger.close();
}

describe('retention', () => {
  it('archives what is old: encrypted, and the tree verifies as before, also by the outsider’s program', () => {
    const archived = archiveSegments(folder(), keys(), Date.parse('2026-02-01T00:00:00+08:00'));
    expect(archived.reduce((sum, one) => sum + one.records, 0)).toBe(20);
    expect(new Set(archived.map((one) => one.period))).toEqual(new Set(['2026-01']));
    expect(verifyLedger(folder())).toMatchObject({ ok: true, problems: [], records: 40, signed: 40 });
    expect(spawnSync(process.execPath, ['scripts/verify-ledger.mjs', folder()]).status).toBe(0);
    expect([...exportLedger(folder())].map(({ index }) => index)).toEqual(
      Array.from({ length: 20 }, (_, index) => 20 + index),
    );
    expect(String(openArchived(folder(), keys(), 1))).toContain('"operation":"x"');
    const [first = ''] = readdirSync(join(folder(), 'archive')).filter((name) => name.endsWith('.aes'));
    expect(readFileSync(join(folder(), 'archive', first)).includes('operation')).toBe(false);
  });

  it('goes on writing after an archive, and proves from a tree that is made anew', async () => {
    archiveSegments(folder(), keys(), Date.parse('2026-02-01T00:00:00+08:00'));
    rmSync(join(dataDir, 'ledger-tree'), { recursive: true });
    await fill(MARCH);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 60, signed: 60 });
  });

  it('deletes a period with its key, and the tree still verifies', () => {
    archiveSegments(folder(), keys(), Date.parse('2026-02-01T00:00:00+08:00'));
    expect(deletePeriod(folder(), keys(), '2026-01')).toBeGreaterThan(0);
    expect(openArchived(folder(), keys(), 1)).toBeNull();
    expect(readdirSync(keys())).not.toContain('archive-2026-01');
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 40 });
  });

  it('notices leaves that were changed', () => {
    archiveSegments(folder(), keys(), Date.parse('2026-02-01T00:00:00+08:00'));
    const archive = join(folder(), 'archive');
    const [leaves = ''] = readdirSync(archive).filter((name) => name.endsWith('.leaves'));
    rmSync(join(archive, leaves));
    expect(verifyLedger(folder()).ok).toBe(false);
  });
});

describe('a new signing key', () => {
  it('signs from the next opening on; what the old one signed verifies still', async () => {
    const id = rotateLedgerKey(keys(), folder());
    await fill(MARCH);
    const report = verifyLedger(folder());
    expect(report).toMatchObject({ ok: true, records: 60 });
    const last = readFileSync(join(folder(), 'heads.v2'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
    expect(last).toContain(id);
  });
});
