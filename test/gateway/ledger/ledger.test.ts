import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIds } from '../../../gateway/ledger/ids.ts';
import { type Disclosure, openLedger } from '../../../gateway/ledger/index.ts';
import { decodeLine, encodeLine } from '../../../gateway/ledger/segment.ts';
import { disclosure } from './disclosures.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-ledger-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = () => openLedger({ dataDir, now: Date.now });
const lines = (segment = 1): string[] =>
  readFileSync(join(dataDir, 'ledger', `segment-0000000${segment}.v4`), 'utf8')
    .split('\n')
    .slice(1, -1); // without the header, and what is set aside

test('an append that has resolved is in the file', async () => {
  const ledger = await open();
  const ids = Array.from({ length: 200 }, () => ledger.nextId());
  await Promise.all(ids.map((id) => ledger.append(disclosure(id))));
  const kept = lines().map((line) => JSON.parse(decodeLine(line) ?? 'null').id);
  expect(kept).toEqual(ids);
  await ledger.close();
});

test('a second process, or a second opening, is refused', async () => {
  const ledger = await open();
  await expect(open()).rejects.toThrow(/in use by another process/);
  await ledger.close();
  await (await open()).close();
});

test('the lock of a process that is dead is taken over', async () => {
  mkdirSync(join(dataDir, 'ledger'));
  writeFileSync(join(dataDir, 'ledger', 'LOCK'), '999999999 1');
  await (await open()).close();
});

test('the lock of a process id that was given again is taken over', async () => {
  mkdirSync(join(dataDir, 'ledger'));
  writeFileSync(join(dataDir, 'ledger', 'LOCK'), `${process.pid} 1`);
  await (await open()).close();
});

test('a new run begins a new segment, and leaves the old one alone', async () => {
  for (const segment of [1, 2]) {
    const ledger = await open();
    await ledger.append(disclosure(ledger.nextId()));
    await ledger.close();
    expect(lines(segment)).toHaveLength(1);
  }
});

test('after closing, nothing is taken', async () => {
  const ledger = await open();
  await ledger.close();
  await expect(ledger.append(disclosure(ledger.nextId()))).rejects.toThrow('closed');
});

test('a flipped bit anywhere in a line is noticed', () => {
  const line = encodeLine(JSON.stringify(disclosure('a' as Disclosure['id']))).trimEnd();
  expect(decodeLine(line)).not.toBeNull();
  for (let index = 0; index < line.length; index++) {
    const flipped =
      line.slice(0, index) + String.fromCharCode(line.charCodeAt(index) ^ 1) + line.slice(index + 1);
    expect(decodeLine(flipped)).toBeNull();
  }
});

test('ids never go back, even when the clock does', () => {
  const times = [1_000_000, 999_000, 1_000_001];
  const next = createIds(() => times.shift() ?? 1_000_002);
  const stamps = [next(), next(), next()].map((id) => id.slice(0, 13));
  expect(stamps).toEqual([...stamps].sort());
  expect(next()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('when the disk is nearly full nothing is taken, before it is full, and it goes on when there is space again', async () => {
  let free = 1_000;
  const problems: unknown[] = [];
  const onUnwritable = (error: unknown): void => void problems.push(error);
  const freeBytes = async (): Promise<number> => free;
  const ledger = await openLedger({ dataDir, now: Date.now, reserveBytes: 500, freeBytes, onUnwritable });
  await ledger.append(disclosure(ledger.nextId()));
  free = 499;
  await expect.poll(() => ledger.isShortOfSpace, { timeout: 10_000 }).toBe(true);
  await expect(ledger.append(disclosure(ledger.nextId()))).rejects.toThrow('nearly full');
  expect((await ledger.signHead()).size).toBe(1); // What was written is signed all the same.
  expect(String(problems)).toContain('499 bytes left');
  free = 500;
  await expect.poll(() => ledger.isShortOfSpace, { timeout: 10_000 }).toBe(false);
  await ledger.append(disclosure(ledger.nextId()));
  await ledger.close();
});
