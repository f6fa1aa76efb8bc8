import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../gateway/files.ts';
import {
  BODY_LIMITS,
  CONNECTION_LIMITS,
  createAccess,
  createBodies,
  createRouter,
  listen,
  witnessRoute,
} from '../../../gateway/http/index.ts';
import {
  type Ledger,
  openLedger,
  openWitnessing,
  readEvidence,
  verifyLedger,
} from '../../../gateway/ledger/index.ts';
import { disclosure } from './disclosures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-witness-'));
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const dirOf = (name: string): string => join(folder, name);
const ledgerOf = (name: string): string => join(folder, name, 'ledger');
const keysOf = (name: string): string => join(ledgerOf(name), 'keys.json');

async function open(name: string): Promise<Ledger> {
  return openLedger({ dataDir: dirOf(name), now: Date.now });
}
async function write(ledger: Ledger, records: number): Promise<void> {
  for (let index = 0; index < records; index++) await ledger.append(disclosure(ledger.nextId()));
  await ledger.signHead();
}

type Place = { file: string } | { url: string } | { gateway: string; keys: string };

/** A ledger's two sides of witnessing, with a server for those who hand it their heads. */
async function witnessing(
  name: string,
  ledger: Ledger,
  watched: readonly [string, Ledger][],
  witnesses: readonly Place[] = [],
) {
  const problems: string[] = [];
  const opened = await openWitnessing({
    dataDir: dirOf(name),
    ledger,
    witnesses,
    witnessEveryMs: 3_600_000, // Heads are handed over at the beginning and at the end.
    watches: watched.map(([other, { id }]) => ({ ledger: id, keys: keysOf(other) })),
    now: Date.now,
    onProblem: (facts, message) =>
      problems.push(`${message} ${String((facts as { error?: unknown }).error ?? '')}`),
  });
  const server = await listen(
    {
      handler: createRouter(
        { 'POST /ledger/witness': witnessRoute(opened, createBodies(BODY_LIMITS)) },
        (_, response) => void response.end(),
      ),
      upgrade: (_, socket) => socket.destroy(),
      access: createAccess({ host: '127.0.0.1', hosts: [], origins: [] }),
      connections: CONNECTION_LIMITS,
    },
    '127.0.0.1',
    0,
  );
  const url = `http://127.0.0.1:${server.port}`;
  closing.push(() => server.close(100));
  return { problems, url, close: () => opened.close() };
}
const post = async (url: string, body: unknown) => {
  const response = await fetch(`${url}/ledger/witness`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as { kind: string; size?: number }) };
};

describe('a witness', () => {
  it('co-signs what goes on from what it saw, and remembers it over a restart', async () => {
    const [watched, own] = [await open('watched'), await open('own')];
    await write(watched, 5);
    const first = await witnessing('own', own, [['watched', watched]]);
    expect(await post(first.url, { head: watched.head, first: 0, proof: [] })).toMatchObject({
      status: 200,
      kind: 'COSIGNED',
    });
    await first.close();
    const again = await witnessing('own', own, [['watched', watched]]);
    await write(watched, 4);
    expect(await post(again.url, { head: watched.head, first: 0, proof: [] })).toMatchObject({
      status: 409,
      kind: 'SEEN',
      size: 5,
    });
    const proof = watched.proveConsistency(5, 9);
    expect(await post(again.url, { head: watched.head, first: 5, proof })).toMatchObject({ status: 200 });
    await again.close();
    await watched.close();
    await own.close();
  });

  it('refuses a fork, whoever shows it first, and tells of it', async () => {
    const [watched, own] = [await open('watched'), await open('own')];
    await write(watched, 5);
    const witness = await witnessing('own', own, [['watched', watched]]);
    await post(witness.url, { head: watched.head, first: 0, proof: [] });
    cpSync(dirOf('watched'), dirOf('copy'), { recursive: true });
    rmSync(join(ledgerOf('copy'), 'LOCK'));
    const copy = await open('copy'); // The same ledger, with the same keys, going another way.
    await write(watched, 3);
    await write(copy, 3);
    expect(
      await post(witness.url, { head: watched.head, first: 5, proof: watched.proveConsistency(5, 8) }),
    ).toMatchObject({ status: 200 });
    expect(await post(witness.url, { head: copy.head, first: 8, proof: [] })).toMatchObject({
      status: 422,
      kind: 'FORK',
    });
    await write(copy, 1);
    const { head } = copy;
    expect(await post(witness.url, { head, first: 8, proof: copy.proveConsistency(8, 9) })).toMatchObject({
      status: 422,
      kind: 'FORK',
    });
    expect(witness.problems).toHaveLength(2);
    await witness.close();
    for (const ledger of [watched, copy, own]) await ledger.close();
  });

  it('looks at nothing that a watched ledger has not signed', async () => {
    const [watched, own, stranger] = [await open('watched'), await open('own'), await open('stranger')];
    await write(watched, 2);
    const witness = await witnessing('own', own, [['watched', watched]]);
    const { head } = watched;
    expect(await post(witness.url, { head: stranger.head, first: 0, proof: [] })).toMatchObject({
      status: 404,
    });
    for (const forged of [
      { ...head, size: 3 },
      { ...head, root: stranger.head?.root },
      { ...stranger.head, ledger: head?.ledger },
    ])
      expect(await post(witness.url, { head: forged, first: 0, proof: [] })).toMatchObject({ status: 403 });
    for (const nonsense of [
      null,
      {},
      { head, first: -1, proof: [] },
      { head, first: 0, proof: ['x'.repeat(100)] },
    ])
      expect((await post(witness.url, nonsense)).status).toBe(400);
    await witness.close();
    for (const ledger of [watched, own, stranger]) await ledger.close();
  });
});

describe('ledgers that witness each other', () => {
  it('hold each other: co-signatures verify, and neither can write its history anew', async () => {
    const [north, south] = [await open('north'), await open('south')];
    await write(north, 6);
    await write(south, 4);
    const southern = await witnessing('south', south, [['north', north]]);
    const northern = await witnessing(
      'north',
      north,
      [['south', south]],
      [{ gateway: southern.url, keys: keysOf('south') }],
    );
    const back = await witnessing('south-out', south, [], []);
    await back.close();
    await write(north, 3);
    await northern.close(); // Hands over the last head.
    await southern.close();
    expect([...northern.problems, ...southern.problems]).toEqual([]);
    await north.close();
    await south.close();
    const book = join(dirOf('south'), 'witness', `${north.id}.v1`);
    const witnessKeys = JSON.parse(readFileSync(keysOf('south'), 'utf8')).keys;
    const witnessed = readEvidence(readFileSync(book, 'utf8'));
    expect(verifyLedger(ledgerOf('north'), { witnessKeys, witnessed })).toMatchObject({
      ok: true,
      problems: [],
      records: 9,
      cosigned: 9,
    });
    const outside = spawnSync(
      process.execPath,
      ['scripts/verify-ledger.mjs', ledgerOf('north'), keysOf('north'), keysOf('south')],
      { cwd: projectRoot(), encoding: 'utf8' },
    );
    expect([outside.status, outside.stderr]).toEqual([0, '']);
    expect(outside.stdout).toContain('9 records under a co-signed head');

    // Whoever has all keys of the north writes it anew: the south's book shows it, and so do the co-signatures that were left.
    const lines = readFileSync(join(ledgerOf('north'), 'cosignatures.v1'), 'utf8');
    rmSync(ledgerOf('north'), { recursive: true });
    rmSync(join(dirOf('north'), 'ledger-tree'), { recursive: true });
    const anew = await open('north');
    await write(anew, 9);
    await anew.close();
    expect(verifyLedger(ledgerOf('north')).ok).toBe(true);
    expect(verifyLedger(ledgerOf('north'), { witnessed }).problems.map(({ code }) => code)).toContain(
      'WITNESS_SILENT',
    );
    writeFileSync(join(ledgerOf('north'), 'cosignatures.v1'), lines);
    expect(verifyLedger(ledgerOf('north')).problems.map(({ code }) => code)).toContain('COSIGNATURE_HEAD');

    // When it co-signed for the north, the south has named its own head: that is held against the south.
    const held = readEvidence(lines);
    expect(verifyLedger(ledgerOf('south'), { witnessed: held }).ok).toBe(true);
    const heads = readFileSync(join(ledgerOf('south'), 'heads.v2'), 'utf8').split('\n');
    writeFileSync(join(ledgerOf('south'), 'heads.v2'), `${heads[0]}\n`);
    expect(verifyLedger(ledgerOf('south'), { witnessed: held }).problems.map(({ code }) => code)).toContain(
      'HEAD_CHAIN',
    );
  });

  it('a ledger that was cut short is told so by its witness', async () => {
    const [watched, own] = [await open('watched'), await open('own')];
    await write(watched, 2);
    await watched.close();
    cpSync(dirOf('watched'), dirOf('earlier'), { recursive: true });
    const later = await open('watched');
    await write(later, 5);
    const witness = await witnessing('own', own, [['watched', later]]);
    const place = { gateway: witness.url, keys: keysOf('own') };
    const first = await witnessing('watched', later, [], [place]);
    await first.close();
    await later.close();
    rmSync(dirOf('watched'), { recursive: true });
    cpSync(dirOf('earlier'), dirOf('watched'), { recursive: true }); // Put back from a copy.
    const back = await open('watched');
    const handing = await witnessing('watched', back, [], [place]);
    await handing.close();
    expect(handing.problems.join()).toContain('has seen 7 records, this ledger has 2');
    await back.close();
    await witness.close();
    await own.close();
  });

  it('a file is a witness too: what it keeps is checked against the ledger', async () => {
    const ledger = await open('one');
    await write(ledger, 3);
    const file = join(folder, 'heads.txt');
    const handing = await witnessing('one', ledger, [], [{ file }]);
    await write(ledger, 3);
    await handing.close();
    await ledger.close();
    const witnessed = readEvidence(readFileSync(file, 'utf8'));
    expect(witnessed).toHaveLength(2);
    expect(verifyLedger(ledgerOf('one'), { witnessed })).toMatchObject({ ok: true });
  });
});
