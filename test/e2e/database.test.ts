import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionOf, readPage } from '../../gateway/exchange/connection.ts';
import type { Caller } from '../../gateway/exchange/module.ts';
import { once } from '../../gateway/exchange/once.ts';
import { Refused } from '../../gateway/exchange/refused.ts';
import { projectRoot } from '../../gateway/files.ts';
import { type Database, isUniqueViolation, openDatabase } from '../../gateway/store/index.ts';
import { type Postgres, startPostgres } from './setup/postgres.ts';

const report = { error: () => undefined };
const tables = join(projectRoot(), 'schema', 'tables');

describe.each(['embedded', 'server'] as const)('the %s database', (kind) => {
  let folder: string;
  let postgres: Postgres | null = null;
  let database: Database;
  const open = (files = tables): Promise<Database> =>
    openDatabase({ url: postgres?.url, dataDir: folder, tables: files, report });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liancha-store-'));
    if (kind === 'server') postgres = await startPostgres();
    database = await open();
    await database.run(
      'create table things (id text primary key, n int8, day date, at timestamptz, doc jsonb, tags text[])',
    );
  });
  afterAll(async () => {
    await database.close();
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives numbers, dates, instants, JSON and lists as they were put in', async () => {
    const at = new Date('2026-10-09T01:02:03.004Z');
    await database.query('insert into things values ($1, $2, $3, $4, $5, $6)', [
      'one',
      5_120_160_905,
      '2026-10-09',
      at,
      JSON.stringify({ 姓: [1, null] }),
      ['甲', '乙"'],
    ]);
    expect(await database.query('select * from things')).toEqual([
      { id: 'one', n: 5_120_160_905, day: '2026-10-09', at, doc: { 姓: [1, null] }, tags: ['甲', '乙"'] },
    ]);
  });

  it('gives bytes as they were put in', async () => {
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.from({ length: 300 }, (_, index) => index).subarray(3),
    ]) {
      const [row] = await database.query('select $1::bytea as bytes, octet_length($1::bytea) as length', [
        bytes,
      ]);
      expect(row?.length).toBe(bytes.length);
      expect(row?.bytes).toBeInstanceOf(Uint8Array);
      expect(Buffer.compare(Buffer.from(bytes), row?.bytes as Uint8Array)).toBe(0);
    }
  });

  it('undoes a transaction that rejects, and goes on', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.query("insert into things (id) values ('undone')");
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const broken = database.run("insert into things (id) values ('half'); select nonsense");
    await expect(broken).rejects.toThrow('nonsense');
    expect(await database.query("select id from things where id in ('undone', 'half')")).toEqual([]);
  });

  it('keeps what is asked outside out of a transaction', async () => {
    const order: string[] = [];
    const inside = database.transaction(async (transaction) => {
      await transaction.query("insert into things (id) values ('inside')");
      await transaction.query('select 1');
      order.push('inside');
      throw new Error('undo');
    });
    const outside = database.query("insert into things (id) values ('outside')");
    await expect(inside).rejects.toThrow('undo');
    await outside;
    expect(await database.query("select id from things where id in ('inside', 'outside')")).toEqual([
      { id: 'outside' },
    ]);
  });

  it('says which errors are a row that is there already', async () => {
    const twice = await database
      .query("insert into things (id) values ('one')")
      .catch((error: unknown) => error);
    expect(isUniqueViolation(twice)).toBe(true);
    const wrong = await database.query('select * from nowhere').catch((error: unknown) => error);
    expect(isUniqueViolation(wrong)).toBe(false);
  });

  it('tells listeners at the commit, and nothing of what was undone', async () => {
    const heard: string[] = [];
    let wake = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await database.listen('things_changed', (payload) => {
      heard.push(payload);
      if (payload === 'second') wake();
    });
    await database
      .transaction(async (transaction) => {
        await transaction.query("select pg_notify('things_changed', 'undone')");
        throw new Error('undo');
      })
      .catch(() => undefined);
    await database.query("select pg_notify('things_changed', 'first')");
    await database.query("select pg_notify('things_changed', 'second')");
    await arrived;
    expect(heard).toEqual(['first', 'second']);
  });

  it('migrates forward only: twice is once, a changed or a missing file is refused', async () => {
    const files = join(folder, 'tables');
    mkdirSync(files, { recursive: true });
    const again = async (): Promise<string> => {
      if (kind === 'embedded') await database.close();
      try {
        const other = await open(files);
        await other.close();
        return 'migrated';
      } catch (error) {
        return String(error);
      } finally {
        if (kind === 'embedded') database = await open();
      }
    };
    expect(await again()).toMatch('newer version');
    for (const name of ['0001-idempotency.sql']) writeFileSync(join(files, name), 'select 1;');
    expect(await again()).toMatch(/newer version|was changed/);
  });

  it('carries out a mutation once for each key, also when it is asked twice at the same moment', async () => {
    await database.run('create table counted (n int8)');
    const caller = { principal: { department: 'D' } } as unknown as Caller;
    const ask = (key: string, input: unknown) =>
      once(database, { caller, mutation: 'count', key, input }, async (transaction) => {
        await transaction.query('insert into counted values (1)');
        return { id: 'x' };
      });
    expect(await Promise.all([ask('k', 1), ask('k', 1)])).toEqual([{ id: 'x' }, { id: 'x' }]);
    expect(await ask('k', 1)).toEqual({ id: 'x' });
    expect(await database.query('select count(*) as n from counted')).toEqual([{ n: 1 }]);
    await expect(ask('k', 2)).rejects.toBeInstanceOf(Refused);
  });

  it('pages by id, newest first', async () => {
    await database.run("delete from things; insert into things (id) values ('a'), ('b'), ('c')");
    const read = async (after: string | null) => {
      const page = readPage({ first: 2, after });
      const rows = await database.query(
        'select id from things where ($1::text is null or id < $1) order by id desc limit $2',
        [page.after, page.limit + 1],
      );
      return connectionOf(rows, page, (row) => ({ id: String(row.id) }));
    };
    const first = await read(null);
    expect(first.edges.map(({ node }) => node.id)).toEqual(['c', 'b']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await read(first.pageInfo.endCursor);
    expect(second.edges.map(({ node }) => node.id)).toEqual(['a']);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });
});
