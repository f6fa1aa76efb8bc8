import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../gateway/files.ts';
import { openLedger, rotateLedgerKey, verifyLedger } from '../../../gateway/ledger/index.ts';
import { signSm2, verifySm2 } from '../../../gateway/ledger/sm2.ts';
import { suiteOf, USUAL_USER_ID, writePrivateKey } from '../../../gateway/ledger/suite.ts';
import { disclosure } from './disclosures.ts';

const suite = suiteOf('sm3/sm2');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-sm2-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('an SM2 signature with a user ID', () => {
  /** GB/T 32918.5 Annex A.2: the recommended curve, the usual ID, "message digest". */
  const POINT =
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
  const R = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3';
  const S = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';
  const spki = Buffer.from(`3059301306072a8648ce3d020106082a811ccf5501822d034200${POINT}`, 'hex');
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signature = Buffer.from(`3046022100${R}022100${S}`, 'hex');

  it('of the standard verifies, with the ID that it was made with and no other', () => {
    expect(verifySm2('message digest', key, USUAL_USER_ID, signature)).toBe(true);
    expect(verifySm2('message digest', key, 'ALICE123@YAHOO.COM', signature)).toBe(false);
    expect(verifySm2('message digests', key, USUAL_USER_ID, signature)).toBe(false);
  });

  it.each([
    ['r = 0', `3006020100020101`],
    ['s = 0', `3006020101020100`],
    ['r and s without DER', `${R}${S}`],
    ['nothing', ''],
    ['r beyond the order of the curve', `3046022100${'ff'.repeat(32)}022100${S}`],
  ])('is refused as %s', (_, hex) => {
    expect(verifySm2('message digest', key, USUAL_USER_ID, Buffer.from(hex, 'hex'))).toBe(false);
  });

  it('is the one that OpenSSL makes and takes', () => {
    const own = suite.generateKey();
    const paths = ['key.pem', 'public.pem', 'text', 'signature'].map((name) => join(folder, name));
    const [secret = '', open = '', text = '', signed = ''] = paths;
    writeFileSync(secret, own.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(open, createPublicKey(own).export({ type: 'spki', format: 'pem' }));
    writeFileSync(text, '披露');
    writeFileSync(signed, signSm2('披露', own, USUAL_USER_ID));
    const openssl = (...parameters: string[]) =>
      spawnSync('openssl', ['dgst', '-sm3', ...parameters, '-sigopt', `distid:${USUAL_USER_ID}`, text], {
        encoding: 'utf8',
      });
    expect(openssl('-verify', open, '-signature', signed).stdout).toContain('Verified OK');
    expect(openssl('-sign', secret, '-out', signed).status).toBe(0);
    expect(verifySm2('披露', createPublicKey(own), USUAL_USER_ID, readFileSync(signed))).toBe(true);
  });

  it('is made by a key that is read from its PEM with the ID in it', () => {
    const own = { key: suite.generateKey(), userId: 'yunxi@example' };
    expect(createPrivateKey(writePrivateKey(own)).equals(own.key)).toBe(true);
    const made = suite.sign('text', own);
    expect(suite.verify('text', { ...own, key: createPublicKey(own.key) }, made)).toBe(true);
    expect(suite.verify('text', { key: createPublicKey(own.key), userId: '' }, made)).toBe(false);
  });
});

describe('the heads of a national ledger', () => {
  const ledgerFolder = () => join(folder, 'ledger');
  const keysFile = () => join(ledgerFolder(), 'keys.json');
  const outside = () =>
    spawnSync(process.execPath, [join(projectRoot(), 'scripts/verify-ledger.mjs'), ledgerFolder()], {
      encoding: 'utf8',
    });
  const run = async (userId?: string) => {
    const options = { dataDir: folder, now: Date.now, suite: 'sm3/sm2', ...(userId && { userId }) } as const;
    const ledger = await openLedger(options);
    await ledger.append(disclosure(ledger.nextId()));
    await ledger.close();
  };
  const ids = () =>
    JSON.parse(readFileSync(keysFile(), 'utf8')).keys.map((one: { userId?: string }) => one.userId);

  it.each([undefined, '990101-yunxi'])(
    'are signed with the user ID %s, which keys.json says',
    async (userId) => {
      await run(userId);
      expect(ids()).toEqual([userId ?? USUAL_USER_ID]);
      expect(verifyLedger(ledgerFolder())).toMatchObject({ ok: true, unsigned: 0 });
      expect(outside()).toMatchObject({ status: 0 });
    },
  );

  it('of an earlier version, with the empty ID, verify; a new key has the usual one', async () => {
    mkdirSync(join(folder, 'ledger-keys'));
    const before = writePrivateKey({ key: suite.generateKey(), userId: '' });
    writeFileSync(join(folder, 'ledger-keys', 'heads-000001.pem'), before);
    await run();
    expect(ids()).toEqual([undefined]);
    rotateLedgerKey(join(folder, 'ledger-keys'), ledgerFolder());
    await run();
    expect(ids()).toEqual([undefined, USUAL_USER_ID]);
    expect(verifyLedger(ledgerFolder())).toMatchObject({ ok: true, records: 2, unsigned: 0 });
    expect(outside()).toMatchObject({ status: 0 });
  });

  it('do not verify by another ID than they were signed with', async () => {
    await run();
    const text = readFileSync(keysFile(), 'utf8');
    for (const other of [
      text.replace(USUAL_USER_ID, '8765432187654321'),
      text.replace(/,"userId":"\d+"/, ''),
    ]) {
      writeFileSync(keysFile(), other);
      expect(verifyLedger(ledgerFolder()).problems.map(({ code }) => code)).toContain('HEAD_SIGNATURE');
      expect(outside()).toMatchObject({ status: 1 });
    }
  });
});
