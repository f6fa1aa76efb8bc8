import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportLedger, openLedger, verifyLedger } from '../../../gateway/ledger/index.ts';
import type { SuiteName } from '../../../gateway/ledger/suite.ts';
import { disclosure } from './disclosures.ts';

const RECORDS = 40;

async function fill(dataDir: string, suite: SuiteName = 'sha256/ed25519'): Promise<string[]> {
  const ids: string[] = [];
  for (let run = 0; run < 2; run++) {
    const ledger = await openLedger({ dataDir, now: Date.now, segmentBytes: 3_000, suite });
    for (let index = 0; index < RECORDS / 2; index++) {
      const id = ledger.nextId();
      ids.push(id);
      await ledger.append(disclosure(id));
    }
    await ledger.close();
  }
  return ids;
}

let original: string;
let ids: string[];
let dataDir: string;
const folder = (): string => join(dataDir, 'ledger');
const verify = () => verifyLedger(folder());
const codes = () => verify().problems.map(({ code }) => code);
const segments = (): string[] =>
  readdirSync(folder())
    .filter((name) => name.startsWith('segment'))
    .sort();

beforeAll(async () => {
  original = mkdtempSync(join(tmpdir(), 'liancha-verify-'));
  ids = await fill(original);
});
afterAll(() => rmSync(original, { recursive: true, force: true }));
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-verify-'));
  cpSync(original, dataDir, { recursive: true });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('a ledger that nobody has touched', () => {
  it('verifies, over several segments and runs', () => {
    expect(segments().length).toBeGreaterThan(3);
    expect(verify()).toMatchObject({
      ok: true,
      records: RECORDS,
      signed: RECORDS,
      unsigned: 0,
      tornBytes: 0,
    });
  });

  it('exports every record in order', () => {
    const exported = [...exportLedger(folder())];
    expect(exported.map(({ text }) => JSON.parse(text).id)).toEqual(ids);
    expect(exported.map(({ index }) => index)).toEqual(ids.map((_, index) => index));
  });

  it('verifies with Chinese cryptography (SM3, SM2)', async () => {
    const national = mkdtempSync(join(tmpdir(), 'liancha-verify-'));
    await fill(national, 'sm3/sm2');
    expect(verifyLedger(join(national, 'ledger'))).toMatchObject({ ok: true, records: RECORDS });
    rmSync(national, { recursive: true, force: true });
  });
});

describe('a ledger that somebody has changed', () => {
  it('is found out, whichever bit of whichever file is flipped', () => {
    for (const name of [...segments(), 'heads.v2', 'keys.json']) {
      const path = join(folder(), name);
      const bytes = readFileSync(path);
      const step = Math.max(1, Math.floor(bytes.length / 60));
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at % 8);
        writeFileSync(path, flipped);
        expect(verify().ok, `${name}, byte ${at}`).toBe(false);
      }
      for (const at of [bytes.length - 1, bytes.length - 2]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 4;
        writeFileSync(path, flipped);
        expect(verify().ok, `${name}, byte ${at}`).toBe(false);
      }
      writeFileSync(path, bytes);
    }
    expect(verify().ok).toBe(true);
  }, 30_000);

  it('is told at which record', () => {
    const [, second = ''] = segments();
    const path = join(folder(), second);
    const lines = readFileSync(path, 'utf8').split('\n');
    const before = RECORDS - [...exportLedger(folder())].filter(({ index }) => index >= 0).length;
    const first = verify().records - RECORDS + before;
    lines[2] = lines[2]?.replace('"rows":0', '"rows":1') ?? '';
    writeFileSync(path, lines.join('\n'));
    const [problem] = verify().problems;
    expect(problem).toMatchObject({ code: 'RECORD_DAMAGED', file: second, line: 3 });
    expect(problem?.record).toBeGreaterThan(first);
  });

  it('is found out even when the checksums were made to fit', async () => {
    const { encodeLine, decodeLine } = await import('../../../gateway/ledger/segment.ts');
    const path = join(folder(), segments()[1] ?? '');
    const lines = readFileSync(path, 'utf8').split('\n');
    const text = decodeLine(lines[2] ?? '') ?? '';
    lines[2] = encodeLine(text.replace('"rows":0', '"rows":7')).trimEnd();
    writeFileSync(path, lines.join('\n'));
    expect(codes()).toContain('HEAD_ROOT');
  });

  it.each([
    ['a segment is taken away', () => rmSync(join(folder(), segments()[1] ?? '')), 'SEGMENT_MISSING'],
    ['the first segment is taken away', () => rmSync(join(folder(), segments()[0] ?? '')), 'SEGMENT_MISSING'],
    [
      'the last segment is taken away',
      () => rmSync(join(folder(), segments().at(-1) ?? '')),
      'RECORDS_MISSING',
    ],
    ['the heads are taken away', () => rmSync(join(folder(), 'heads.v2')), 'HEAD_DAMAGED'],
    ['the keys are taken away', () => rmSync(join(folder(), 'keys.json')), 'KEYS_DAMAGED'],
    [
      'a segment is cut short',
      () => truncateSync(join(folder(), segments()[0] ?? ''), 900),
      'SEGMENT_LENGTH',
    ],
    [
      'the last segment is cut short',
      () => truncateSync(join(folder(), segments().at(-1) ?? ''), 400),
      'RECORDS_MISSING',
    ],
  ])('is found out when %s', (_, tamper, code) => {
    tamper();
    expect(codes()).toContain(code);
  });

  it('is found out by a key that was got elsewhere, when it was written anew with other keys', async () => {
    const { readPublicKeys } = await import('../../../gateway/ledger/heads-file.ts');
    const trusted = readPublicKeys(folder()) ?? [];
    rmSync(dataDir, { recursive: true });
    await fill(dataDir);
    expect(verify().ok).toBe(true);
    expect(verifyLedger(folder(), { trusted }).problems[0]?.code).toBe('KEY_NOT_TRUSTED');
  });

  it('is found out by a witness, when its end was cut off together with the heads', async () => {
    const { readHeads } = await import('../../../gateway/ledger/heads-file.ts');
    const witnessed = [...readHeads(folder())].flatMap((one) => (one.kind === 'head' ? [one.head] : []));
    rmSync(dataDir, { recursive: true });
    cpSync(original, dataDir, { recursive: true });
    const heads = readFileSync(join(folder(), 'heads.v2'), 'utf8').split('\n');
    writeFileSync(join(folder(), 'heads.v2'), `${heads[0]}\n`);
    for (const name of segments().slice(1)) rmSync(join(folder(), name));
    expect(verify().ok).toBe(true); // Nobody can see it from the files alone.
    expect(verifyLedger(folder(), { witnessed }).problems.map(({ code }) => code)).toContain(
      'RECORDS_MISSING',
    );
  });
});
