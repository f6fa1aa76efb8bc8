import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../gateway/files.ts';
import { exportLedger, findSealKey, openLedger, verifyLedger } from '../../../gateway/ledger/index.ts';
import { disclosure } from './disclosures.ts';

const SIGNED = 6;
const BATCH = 3;

let dataDir: string;
let ids: string[];
const folder = () => join(dataDir, 'ledger');
const keys = () => join(dataDir, 'ledger-keys');
const open = (onAdopted?: (records: number) => void) =>
  openLedger({ dataDir, now: Date.now, ...(onAdopted && { onAdopted }) });
const newest = () =>
  join(
    folder(),
    readdirSync(folder())
      .filter((name) => /^segment/.test(name))
      .sort()
      .at(-1) ?? '',
  );
const lines = () => readFileSync(newest(), 'utf8').replaceAll('\0', '').trimEnd().split('\n');
const write = (all: readonly string[]) => writeFileSync(newest(), all.map((line) => `${line}\n`).join(''));
const withKey = () => {
  const sealKey = findSealKey(keys());
  return verifyLedger(folder(), sealKey ? { sealKey } : {});
};
const outside = (...more: string[]) =>
  spawnSync(process.execPath, [join(projectRoot(), 'scripts/verify-ledger.mjs'), folder(), ...more], {
    encoding: 'utf8',
  });
const exported = () => [...exportLedger(folder())].map(({ text }) => JSON.parse(text).id);

const marked = (text: string, seal?: string): string => {
  const rest = seal === undefined ? text : `${seal} ${text}`;
  return `${crc32(rest).toString(16).padStart(8, '0')}${seal === undefined ? ' ' : '~'}${rest}`;
};
const FORGED = JSON.stringify({ ...disclosure('01a20d02-9696-7063-96c3-000000000000' as never), rows: 1 });

/** A ledger as it stands after a crash: signed records, then two batches that no head covers. */
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-seals-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'liancha-seals-'));
  const ledger = await openLedger({ dataDir: elsewhere, now: Date.now, headMs: 1_000_000 });
  ids = Array.from({ length: SIGNED + 2 * BATCH }, () => ledger.nextId());
  const append = (from: number, to: number) =>
    Promise.all(ids.slice(from, to).map((id) => ledger.append(disclosure(id as never))));
  await append(0, SIGNED);
  await ledger.signHead();
  await append(SIGNED, SIGNED + BATCH);
  await append(SIGNED + BATCH, SIGNED + 2 * BATCH);
  cpSync(elsewhere, dataDir, { recursive: true });
  rmSync(join(folder(), 'LOCK'));
  await ledger.close();
  rmSync(elsewhere, { recursive: true });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('records that no head covers yet', () => {
  it('are gone on with after a crash, as their seals show that the gateway wrote them', async () => {
    expect(withKey()).toMatchObject({ ok: true, unsigned: 2 * BATCH, sealed: 2 * BATCH });
    expect(outside('--seals', join(keys(), 'seals'))).toMatchObject({ status: 0 });
    await (await open()).close();
    expect(withKey()).toMatchObject({ ok: true, unsigned: 0, records: ids.length });
    expect(exported()).toEqual(ids);
  });

  it('are said to be unproven by a verifier without the key', () => {
    expect(verifyLedger(folder())).toMatchObject({ ok: true, unsigned: 2 * BATCH, sealed: 0 });
    expect(outside().stdout).toContain(`${2 * BATCH} records behind the last head are UNPROVEN`);
    expect(outside('--seals', join(keys(), 'seals')).stdout).not.toContain('UNPROVEN');
  });

  it('do not count behind the last seal: nothing was acknowledged there, whoever wrote it', async () => {
    write([...lines(), marked(FORGED)]);
    expect(withKey()).toMatchObject({ records: ids.length });
    expect(outside().stdout).toContain(`${ids.length} records`);
    expect(exported()).toEqual(ids);
    await (await open()).close();
    expect(exported()).toEqual(ids);
    expect(withKey()).toMatchObject({ ok: true, records: ids.length, unsigned: 0 });
  });
});

describe('whoever writes into the folder without the key', () => {
  const sealOf = (line: string) => line.slice(9, 31);
  const textOf = (line: string) => line.slice(32);
  /** Line 0 is the header. */
  const lastOf = (batch: number) => SIGNED + batch * BATCH;

  const forgeries: readonly [string, () => void][] = [
    ['adds a record with a seal of his own', () => write([...lines(), marked(FORGED, 'A'.repeat(22))])],
    [
      'adds a record with a seal that is there',
      () => write([...lines(), marked(FORGED, sealOf(lines()[lastOf(2)] ?? ''))]),
    ],
    [
      'puts a record before one that is sealed',
      () => write([...lines().slice(0, -1), marked(FORGED), ...lines().slice(-1)]),
    ],
    [
      'changes a record that is not the last of its batch',
      () => {
        const all = lines();
        const at = lastOf(1) + 1;
        all[at] = marked((all[at] ?? '').slice(9).replace('"rows":0', '"rows":7'));
        write(all);
      },
    ],
    [
      'changes the record that carries the seal',
      () => {
        const all = lines();
        const line = all[lastOf(2)] ?? '';
        all[lastOf(2)] = marked(textOf(line).replace('"rows":0', '"rows":7'), sealOf(line));
        write(all);
      },
    ],
    [
      'takes a batch out of the middle',
      () => write(lines().filter((_, index) => index <= lastOf(0) || index > lastOf(1))),
    ],
    [
      'puts two batches in another order',
      () =>
        write([
          ...lines().slice(0, lastOf(0) + 1),
          ...lines().slice(lastOf(1) + 1),
          ...lines().slice(lastOf(0) + 1, lastOf(1) + 1),
        ]),
    ],
    ['adds a batch a second time', () => write([...lines(), ...lines().slice(lastOf(1) + 1)])],
    [
      'adds a segment in a format without seals',
      () => {
        const header = JSON.parse(lines()[0]?.slice(9) ?? '');
        const next = { ...header, format: 'liancha-ledger/3', segment: 2, first: ids.length };
        const previous = { bytes: readFileSync(newest()).length, excess: 0 };
        writeFileSync(
          join(folder(), 'segment-00000002.v3'),
          `${marked(JSON.stringify({ ...next, previous }))}\n${marked(FORGED)}\n`,
        );
      },
    ],
    [
      'puts a segment without seals in the place of the one that has them',
      () => {
        const [header = '', ...records] = lines();
        const older = header.slice(9).replace('liancha-ledger/4', 'liancha-ledger/3');
        rmSync(newest());
        const plain = records.map((line) => marked(line[8] === '~' ? textOf(line) : line.slice(9)));
        writeFileSync(
          join(folder(), 'segment-00000001.v3'),
          [marked(older), ...plain, marked(FORGED), ''].join('\n'),
        );
      },
    ],
  ];

  it.each(forgeries)('and %s is found out, and nothing is signed for it', async (_, forge) => {
    const heads = readFileSync(join(folder(), 'heads.v2'));
    writeFileSync(newest(), `${lines().join('\n')}\n`);
    forge();
    await expect(open()).rejects.toThrow(/seal|older format/);
    expect(readFileSync(join(folder(), 'heads.v2'))).toEqual(heads);
  });

  it.each(forgeries.slice(0, 9))('and %s is found out by both verifiers', (_, forge) => {
    writeFileSync(newest(), `${lines().join('\n')}\n`);
    forge();
    expect(
      withKey()
        .problems.map(({ code }) => code)
        .join(),
    ).toMatch(/RECORD_UNSEALED|RECORD_TWICE|SEGMENT_DAMAGED/);
    expect(outside('--seals', join(keys(), 'seals')).status).toBe(1);
  });
});

describe('a ledger of an earlier version', () => {
  it('that a crash had left without a last head is gone on with once, and that is told', async () => {
    const fixture = join(projectRoot(), 'test/gateway/ledger/format-2/ledger');
    rmSync(dataDir, { recursive: true });
    cpSync(fixture, folder(), { recursive: true });
    const last = newest();
    const text = marked(FORGED);
    writeFileSync(last, `${readFileSync(last, 'utf8')}${text}\n`);
    let adopted = 0;
    const told = (records: number) => {
      adopted += records;
    };
    await (await open(told)).close();
    expect(adopted).toBe(1);
    const segment = newest();
    rmSync(segment);
    writeFileSync(last, `${readFileSync(last, 'utf8')}${text}\n`);
    await expect(open(told)).rejects.toThrow('seal');
    expect(adopted).toBe(1);
  });
});
