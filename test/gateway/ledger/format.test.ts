import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot } from '../../../gateway/files.ts';
import { exportLedger, openLedger, verifyLedger } from '../../../gateway/ledger/index.ts';
import { disclosure } from './disclosures.ts';

/** A ledger that format 2 wrote: 12 records in 4 segments, in two runs. */
const OLD = join(projectRoot(), 'test/gateway/ledger/format-2/ledger');

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-format-'));
  cpSync(OLD, join(dataDir, 'ledger'), { recursive: true });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
const folder = (): string => join(dataDir, 'ledger');

test('a ledger of format 2 verifies and exports', () => {
  expect(verifyLedger(OLD)).toMatchObject({ ok: true, records: 12, signed: 12 });
  expect([...exportLedger(OLD)]).toHaveLength(12);
});

test('a ledger of format 2 is gone on with in format 4, as one tree', async () => {
  const ledger = await openLedger({ dataDir, now: Date.now });
  await ledger.append(disclosure(ledger.nextId()));
  await ledger.close();
  expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 13, signed: 13 });
  expect([...exportLedger(folder())].map(({ index }) => index)).toEqual([...Array(13).keys()]);
  const newest = readdirSync(folder()).sort().at(-1) ?? '';
  expect(newest).toBe('segment-00000005.v4');
  expect(readFileSync(join(folder(), newest), 'utf8')).toContain('"format":"liancha-ledger/4"');
  const outside = spawnSync(process.execPath, ['scripts/verify-ledger.mjs', folder()], {
    cwd: projectRoot(),
  });
  expect([outside.status, String(outside.stderr)]).toEqual([0, '']);
});
