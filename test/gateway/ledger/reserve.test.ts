import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../gateway/files.ts';
import { exportLedger, type Ledger, openLedger, verifyLedger } from '../../../gateway/ledger/index.ts';
import { disclosure } from './disclosures.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-reserve-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const folder = (): string => join(dataDir, 'ledger');
const segment = (): string =>
  join(
    folder(),
    readdirSync(folder())
      .filter((name) => name.startsWith('segment'))
      .at(-1) ?? '',
  );
const exportedIds = (): string[] => [...exportLedger(folder())].map(({ text }) => JSON.parse(text).id);
const outside = () =>
  spawnSync(process.execPath, [join(projectRoot(), 'scripts/verify-ledger.mjs'), folder()]);

async function append(ledger: Ledger, records: number): Promise<string[]> {
  const ids = Array.from({ length: records }, () => ledger.nextId());
  for (let at = 0; at < records; at += 20)
    await Promise.all(ids.slice(at, at + 20).map((id) => ledger.append(disclosure(id))));
  return ids;
}

/** A ledger as it stands when its machine loses power, with so many records that no head covers. */
async function interrupted(unsigned: number): Promise<string[]> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'liancha-reserve-'));
  const ledger = await openLedger({ dataDir: elsewhere, now: Date.now, headMs: 1_000_000 });
  const ids = await append(ledger, 300);
  await ledger.signHead();
  ids.push(...(await append(ledger, unsigned)));
  await expect.poll(() => readFileSync(join(elsewhere, 'ledger/segment-00000001.v4')).at(-1)).toBe(0);
  cpSync(elsewhere, dataDir, { recursive: true });
  rmSync(join(folder(), 'LOCK'));
  await ledger.close();
  rmSync(elsewhere, { recursive: true });
  return ids;
}

/** Where the n-th record begins. */
function beginOf(record: number): number {
  const bytes = readFileSync(segment());
  let at = 0;
  for (let line = 0; line <= record; line++) at = bytes.indexOf(10, at) + 1;
  return at;
}

function neverWritten(from: number, length: number): void {
  const bytes = readFileSync(segment());
  bytes.fill(0, from, from + length);
  writeFileSync(segment(), bytes);
}

describe('space that is set aside behind the records', () => {
  it('is no record and no damage while the gateway runs, and cut off at the end', async () => {
    const ledger = await openLedger({ dataDir, now: Date.now });
    const ids = await append(ledger, 300);
    await expect.poll(() => readFileSync(segment()).at(-1)).toBe(0);
    expect(exportedIds()).toEqual(ids);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 300, tornBytes: 0 });
    expect(outside().status).toBe(0);
    await ledger.close();
    expect(readFileSync(segment()).at(-1)).toBe(10);
    expect(exportedIds()).toEqual(ids);
  });

  it('a quiet segment has none', async () => {
    const ledger = await openLedger({ dataDir, now: Date.now });
    await append(ledger, 5);
    await sleep(50);
    expect(statSync(segment()).size).toBe(ledger.durable?.bytes);
    await ledger.close();
  });

  it('is cut off after a crash', async () => {
    const ids = await interrupted(40);
    await (await openLedger({ dataDir, now: Date.now })).close();
    expect(exportedIds()).toEqual(ids);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 340, unsigned: 0, tornBytes: 0 });
    expect(outside().status).toBe(0);
  });

  it('never comes to lie on records, however late it is written', async () => {
    let late = 0;
    const openFile = async (path: string, flags: string, mode: number): Promise<FileHandle> => {
      const file = await open(path, flags, mode);
      const write = file.write.bind(file) as (...parameters: unknown[]) => ReturnType<FileHandle['write']>;
      file.write = (async (bytes: Buffer, ...rest: unknown[]) => {
        if (bytes.at(-1) === 0) await sleep(20 * ++late);
        return write(bytes, ...rest);
      }) as FileHandle['write'];
      return file;
    };
    const ledger = await openLedger({ dataDir, now: Date.now, openFile, segmentBytes: 4_000_000 });
    const ids = await append(ledger, 4_000);
    await ledger.close();
    expect(late).toBeGreaterThan(1);
    expect(exportedIds()).toEqual(ids);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 4_000 });
  });
});

describe('a part that never reached the disk', () => {
  it('of what no head covers: everything from there on was not acknowledged, and does not count', async () => {
    const ids = await interrupted(40);
    neverWritten(beginOf(320) + 100, 512);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 320 });
    expect(outside().status).toBe(0);
    expect(exportedIds()).toEqual(ids.slice(0, 320));
    const ledger = await openLedger({ dataDir, now: Date.now });
    ids.splice(320, 40, ...(await append(ledger, 3)));
    await ledger.close();
    expect(exportedIds()).toEqual(ids);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 323, unsigned: 0 });
    expect(outside().status).toBe(0);
  });

  it('of what a head covers: the record is named, nothing is cut off, and the ledger is not gone on with', async () => {
    await interrupted(40);
    neverWritten(beginOf(100) + 100, 1);
    const before = readFileSync(segment());
    expect(verifyLedger(folder()).problems).toContainEqual(
      expect.objectContaining({ code: 'RECORD_DAMAGED', record: 100 }),
    );
    expect(outside().status).toBe(1);
    await expect(openLedger({ dataDir, now: Date.now })).rejects.toThrow(/damaged/);
    expect(readFileSync(segment()).equals(before)).toBe(true);
  });
});
