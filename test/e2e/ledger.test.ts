import { spawn, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { suiteOf } from '../../gateway/ledger/suite.ts';
import { hashLeaf, verifyConsistency, verifyInclusion } from '../../gateway/ledger/tree.ts';
import { purpose, type System, startSystem } from './system.ts';

const liancha = (...parameters: string[]) =>
  spawnSync(process.execPath, ['scripts/run.mjs', 'gateway/cli/liancha.js', ...parameters], {
    cwd: projectRoot(),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
const exported = (dataDir: string): Map<string, string> =>
  new Map(
    liancha('ledger', 'export', '--data-dir', dataDir)
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map((line) => [JSON.parse(line).id, line]),
  );

const witnessed = join(mkdtempSync(join(tmpdir(), 'liancha-witnessed-')), 'heads');
let system: System;
beforeAll(async () => {
  const ledger = { witnesses: [{ file: witnessed }], witnessEveryMs: 100 };
  system = await startSystem({ settings: { ledger } });
});
afterAll(() => system.close());

/** A provider that is not there: refusals are on record like answers. */
const NOBODY = JSON.stringify([{ name: 'population', url: 'http://127.0.0.1:9/' }]);

interface Proof {
  readonly index: number;
  readonly head: { size: number; root: string; key: string; signature: string; [name: string]: unknown };
  readonly path: string[];
}
const suite = suiteOf('sha256/ed25519');
const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

describe('a receipt', () => {
  it.each(['first', 'warm'])('brings its proof when that is asked for (%s request)', async (which) => {
    const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } } # ${which}`;
    if (which === 'warm') await system.ask(query);
    const { extensions } = await system.ask(query, { headers: { 'liancha-receipt': 'proof' } });
    const { id, proof } = extensions.receipt as unknown as { id: string; proof: Proof };
    const line = exported(system.dataDir).get(id) ?? '';
    const { index, head, path } = proof;
    expect(
      verifyInclusion(suite, hashLeaf(suite, line), index, head.size, path.map(bytes), bytes(head.root)),
    ).toBe(true);
    const { keys } = JSON.parse(readFileSync(join(system.dataDir, 'ledger/keys.json'), 'utf8'));
    const key = createPublicKey({ key: bytes(keys[0].spki), format: 'der', type: 'spki' });
    const { ledger, size, root, time, previous } = head;
    const text = ['liancha ledger head', ledger, head.suite, size, root, time, previous, head.key, ''].join(
      '\n',
    );
    expect(verify(null, Buffer.from(text), key, bytes(head.signature))).toBe(true);
  });

  it('brings no proof when none is asked for', async () => {
    const { extensions } = await system.ask(`query ${purpose()} { __typename }`);
    expect(Object.keys(extensions.receipt ?? {})).toEqual(['id']);
  });

  it('can be proven later, and one head from another', async () => {
    const get = async (path: string) => (await (await fetch(`${system.url}${path}`)).json()) as never;
    const { extensions } = await system.ask(`query ${purpose()} { __typename }`);
    const one: Proof = await get(`/ledger/proof?id=${extensions.receipt?.id}`);
    for (let times = 0; times < 5; times++) await system.ask(`query ${purpose()} { __typename }`);
    const last = await system.ask(`query ${purpose()} { __typename }`);
    const other: Proof = await get(`/ledger/proof?id=${last.extensions.receipt?.id}`);
    const path = `/ledger/consistency?first=${one.head.size}&second=${other.head.size}`;
    const { path: nodes }: { path: string[] } = await get(path);
    const tree = ({ head }: Proof) => ({ size: head.size, root: bytes(head.root) });
    expect(verifyConsistency(suite, tree(one), tree(other), nodes.map(bytes))).toBe(true);
    expect((await fetch(`${system.url}/ledger/proof?id=unknown`)).status).toBe(404);
  });
});

describe('a witness', () => {
  it('gets the heads of a running gateway, and the ledger is checked against what it kept', async () => {
    await system.ask(`query ${purpose()} { __typename }`);
    const { extensions } = await system.ask(`query ${purpose()} { __typename }`);
    const proof = await (await fetch(`${system.url}/ledger/proof?id=${extensions.receipt?.id}`)).json();
    const { size } = (proof as Proof).head;
    await expect
      .poll(() => JSON.parse(readFileSync(witnessed, 'utf8').trimEnd().split('\n').at(-1) ?? '').size, {
        timeout: 10_000,
      })
      .toBeGreaterThanOrEqual(size);
    const verify = ['ledger', 'verify', '--data-dir', system.dataDir, '--witness', witnessed];
    expect(liancha(...verify).status).toBe(0);
    const other = readFileSync(witnessed, 'utf8').replace(/"root":"./g, '"root":"_');
    writeFileSync(witnessed, other);
    expect(liancha(...verify).stdout).toContain('HEAD_ROOT');
  });

  it('is what a gateway is for those ledgers only that it was told to watch', async () => {
    const head = await (await fetch(`${system.url}/ledger/head`)).json();
    const body = JSON.stringify({ head, first: 0, proof: [] });
    const response = await fetch(`${system.url}/ledger/witness`, { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual([404, { kind: 'UNKNOWN_LEDGER' }]);
  });
});

describe('liancha ledger', () => {
  it('verifies a running ledger, for people and as JSON', () => {
    const { status, stdout } = liancha('ledger', 'verify', '--data-dir', system.dataDir, '--json');
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { ok: true, problems: [] }]);
    expect(liancha('ledger', 'verify', '--data-dir', system.dataDir).stdout).toContain('Everything verifies');
  });

  it('exports every receipt that was given, and no personal data in clear', async () => {
    const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { idNumber name } }`;
    const { extensions } = await system.ask(query);
    const line = exported(system.dataDir).get(extensions.receipt?.id ?? '') ?? '';
    expect(JSON.parse(line)).toMatchObject({ rows: 1, use: 'ADMINISTRATIVE_BASIS' });
    expect(line).not.toContain(system.examples.person);
  });

  it('reveals one salt, which proves the variables of that record', async () => {
    const variables = { id: system.examples.person };
    const query = `query ($id: ID!) ${purpose()} { person(idNumber: $id) { name } }`;
    const id = (await system.ask(query, { variables })).extensions.receipt?.id ?? '';
    const revealed = liancha('ledger', 'reveal', '--data-dir', system.dataDir, '--id', id, '--json');
    const { salt, variablesDigest } = JSON.parse(revealed.stdout);
    const digest = createHash('sha256').update(bytes(salt)).update(JSON.stringify(variables));
    expect(digest.digest('base64url')).toBe(variablesDigest);
    expect(liancha('ledger', 'reveal', '--data-dir', system.dataDir, '--id', 'none').status).toBe(2);
  });

  it.each(['heads', 'subjects', 'digests'])('makes a new key of the %s', (of) => {
    const rotated = liancha('ledger', 'rotate-key', '--data-dir', system.dataDir, '--of', of);
    expect([rotated.status, rotated.stdout.trim()]).toEqual([0, expect.stringMatching(/^[\w-]{12,43}$/)]);
  });

  it('says how it is used when it is used wrongly', () => {
    for (const wrong of [
      [],
      ['ledger'],
      ['ledger', 'verify'],
      ['ledger', 'verify', '--data-dir', '/nowhere'],
      ['ledger', 'verify', '--wrong'],
    ]) {
      const { status, stderr } = liancha(...wrong);
      expect([wrong, status]).toEqual([wrong, 2]);
      expect(stderr).toContain('liancha');
    }
    expect(liancha('--help').status).toBe(0);
  });
});

/** Nobody provides anything: each answer is a record all the same. */
const QUERY =
  'query @purpose(use: WORK_REFERENCE, matter: "K-1") { person(idNumber: "990101196107101177") { name } }';

describe('a gateway that is killed under load', () => {
  it('has given no receipt whose record is not in the ledger', async () => {
    liancha('--help'); // builds
    const dataDir = mkdtempSync(join(tmpdir(), 'liancha-killed-'));
    const receipts = new Set<string>();
    for (let kill = 0; kill < 3; kill++) {
      const child = spawn(process.execPath, ['dist/gateway/main.js', '--demonstration'], {
        cwd: projectRoot(),
        env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error', LIANCHA_PROVIDERS: NOBODY },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const url = await new Promise<string>((resolve, reject) => {
        child.once('exit', () => reject(new Error('the gateway has ended')));
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
          const found = /http:\/\/[\d.:]+\/graphql/.exec(text);
          if (found) resolve(found[0]);
        });
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const token = await fetch(url.replace('/graphql', '/demonstration/token'), {
        method: 'POST',
        body: JSON.stringify({ department: '11990101MB0000011A' }),
      }).then(async (response) => ((await response.json()) as { token: string }).token);
      let isAlive = true;
      const load = async (): Promise<void> => {
        while (isAlive) {
          const answer = await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body: JSON.stringify({ query: QUERY }),
          })
            .then(async (response) => (await response.json()) as { extensions: { receipt: { id: string } } })
            .catch(() => null);
          if (answer) receipts.add(answer.extensions.receipt.id);
        }
      };
      const loads = Array.from({ length: 8 }, load);
      setTimeout(() => child.kill('SIGKILL'), 200 + Math.random() * 300);
      await ended;
      isAlive = false;
      await Promise.all(loads);
    }
    const kept = exported(dataDir);
    expect(receipts.size).toBeGreaterThan(3);
    expect([...receipts].filter((id) => !kept.has(id))).toEqual([]);
    expect(liancha('ledger', 'verify', '--data-dir', dataDir).status).toBe(0);
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);
});
