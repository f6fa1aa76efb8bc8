import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { exportLedger, openLedger, verifyLedger } from '../../gateway/ledger/index.ts';
import { disclosure } from '../gateway/ledger/disclosures.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'liancha-faults-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
const folder = (): string => join(dataDir, 'ledger');
const exportedIds = (): string[] => [...exportLedger(folder())].map(({ text }) => JSON.parse(text).id);

/** `LIANCHA_KILLS=500` for a long run. */
const KILLS = Number(process.env.LIANCHA_KILLS ?? 40);
const KILLS_OF_ONE = 50;

describe('a process that is killed at any moment', () => {
  let writer = '';
  beforeAll(async () => {
    const { build } = await import('esbuild');
    writer = join(mkdtempSync(join(tmpdir(), 'liancha-writer-')), 'writer.mjs');
    await build({
      entryPoints: [join(projectRoot(), 'test/faults/writer.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: writer,
      logLevel: 'error',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  });

  async function killOnce(acknowledged: Set<string>, afterMs: number): Promise<void> {
    // Short segments, or one that is long enough for space to be set aside.
    const segmentBytes = Math.random() < 0.5 ? '20000' : '1000000';
    const child: ChildProcess = spawn(process.execPath, [writer, dataDir, segmentBytes], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let isOpen = false;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error(`exit ${code}`)),
      );
      child.stdout?.on('data', (chunk) => {
        text += chunk;
        if (isOpen) return;
        isOpen = true;
        setTimeout(() => child.kill('SIGKILL'), afterMs);
      });
    });
    const lines = text.split('\n');
    for (const line of lines.slice(1, -1)) acknowledged.add(line); // the last may be cut short
  }

  it(
    `loses no record that was acknowledged, and leaves a ledger that verifies (${KILLS} kills)`,
    async () => {
      let torn = 0;
      let records = 0;
      for (let killed = 0; killed < KILLS; killed += KILLS_OF_ONE) {
        rmSync(dataDir, { recursive: true, force: true }); // A ledger that grows and grows would make a long run endless.
        const acknowledged = new Set<string>();
        for (let kill = 0; kill < Math.min(KILLS_OF_ONE, KILLS - killed); kill++) {
          await killOnce(acknowledged, Math.random() * 60);
          const report = verifyLedger(folder());
          expect(report.problems).toEqual([]);
          if (report.tornBytes > 0) torn++;
        }
        const kept = new Set(exportedIds());
        expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
        records += acknowledged.size;
        const ledger = await openLedger({ dataDir, now: Date.now });
        await ledger.close();
        expect(verifyLedger(folder())).toMatchObject({ ok: true, unsigned: 0, tornBytes: 0 });
        const outside = spawnSync(process.execPath, ['scripts/verify-ledger.mjs', folder()], {
          cwd: projectRoot(),
        });
        expect([outside.status, String(outside.stderr)]).toEqual([0, '']);
      }
      expect(records).toBeGreaterThan(KILLS);
      process.stdout.write(`${KILLS} kills, ${records} acknowledged, 0 lost, ${torn} torn tails\n`);
    },
    300_000 + KILLS * 5_000,
  );

  it('stops at a limit of the file’s size in the middle of a write, and loses nothing', async () => {
    // `ulimit -f`, in blocks of 512 or 1,024 bytes: the kernel takes a part of the write and refuses the rest (EFBIG).
    const child = spawn(
      'sh',
      ['-c', `ulimit -f 64; exec "${process.execPath}" "${writer}" "${dataDir}" 1000000`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let text = '';
    let isRefused = false;
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      isRefused ||= String(chunk).includes('EFBIG');
    });
    await new Promise((resolve) => child.once('exit', resolve));
    expect(isRefused).toBe(true);
    const acknowledged = text.split('\n').slice(1, -1);
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(verifyLedger(folder()).problems).toEqual([]);
    const kept = new Set(exportedIds());
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  }, 60_000);
});

/** A disk of one megabyte, where this process may mount one. */
function mountSmallDisk(): string | null {
  const disk = mkdtempSync(join(tmpdir(), 'liancha-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  if (mounted.status === 0) return disk;
  rmSync(disk, { recursive: true });
  return null;
}

describe('a disk that is full', () => {
  let disk: string | null = null;
  beforeAll(() => {
    disk = mountSmallDisk();
  });
  afterAll(() => {
    if (disk) spawnSync('umount', [disk]);
  });

  it('refuses what it cannot keep, keeps what it acknowledged, and goes on when there is room again', async (context) => {
    if (!disk) return context.skip();
    const ledger = await openLedger({ dataDir: disk, now: Date.now, segmentBytes: 20_000, headMs: 5 });
    const acknowledged: string[] = [];
    const append = async (): Promise<string> => {
      const id = ledger.nextId();
      try {
        await ledger.append(disclosure(id));
        acknowledged.push(id);
        return 'kept';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'other';
      }
    };
    expect(await append()).toBe('kept');
    const ballast = join(disk, 'ballast');
    const filled = await open(ballast, 'w');
    const { bytesWritten } = await filled.write(Buffer.alloc(2 ** 20)).catch(() => ({ bytesWritten: 0 }));
    expect(bytesWritten).toBeLessThan(2 ** 20);
    await filled.close();
    const outcomes = new Set<string>();
    for (let index = 0; index < 200 && !outcomes.has('ENOSPC'); index++) outcomes.add(await append());
    expect(outcomes).toContain('ENOSPC');
    rmSync(ballast);
    expect(await append()).toBe('kept');
    expect(await append()).toBe('kept');
    await ledger.close();
    const kept = [...exportLedger(join(disk, 'ledger'))].map(({ text }) => JSON.parse(text).id);
    expect(kept).toEqual(acknowledged);
    expect(verifyLedger(join(disk, 'ledger'))).toMatchObject({ ok: true, problems: [], unsigned: 0 });
  }, 60_000);
});

type WriteParameters = [bytes: Buffer, offset: number, length: number, position: number | null];

type Fault = 'fsync' | 'full' | 'torn' | 'create';

/** Opens real files of which some calls fail, as the n-th draw of `faults` says. */
function failing(faults: () => Fault | null) {
  const error = (code: string): Error => Object.assign(new Error(code), { code });
  return async (path: string, flags: string, mode: number): Promise<FileHandle> => {
    const planned = faults();
    if (planned === 'create') throw error('EMFILE');
    const file = await open(path, flags, mode);
    const write = file.write.bind(file) as (
      ...parameters: WriteParameters
    ) => ReturnType<FileHandle['write']>;
    const append = file.appendFile.bind(file);
    const datasync = file.datasync.bind(file);
    file.write = (async (...parameters: WriteParameters) => {
      const [bytes, offset, length, position] = parameters;
      const fault = faults();
      if (fault === 'full') throw error('ENOSPC');
      if (fault !== 'torn') return write(...parameters);
      await write(bytes, offset, Math.floor(Math.random() * length), position);
      throw error('ENOSPC');
    }) as FileHandle['write'];
    file.appendFile = async (data) => {
      const fault = faults();
      if (fault === 'torn') await append(String(data).slice(0, 40));
      if (fault === 'torn' || fault === 'full') throw error('ENOSPC');
      return append(data);
    };
    file.datasync = async () => {
      if (faults() === 'fsync') throw error('EIO');
      return datasync();
    };
    return file;
  };
}

describe('a disk that fails now and then', () => {
  it.each<Fault>(['fsync', 'full', 'torn', 'create'])(
    'with %s: what was acknowledged is there, what was refused is not, and all of it verifies',
    async (kind) => {
      let isFailing = false;
      const openFile = failing(() => (isFailing && Math.random() < 0.3 ? kind : null));
      const ledger = await openLedger({ dataDir, now: Date.now, segmentBytes: 3_000, headMs: 5, openFile });
      isFailing = true;
      const acknowledged: string[] = [];
      const refused: string[] = [];
      for (let index = 0; index < 30; index++) {
        const id = ledger.nextId();
        await ledger.append(disclosure(id)).then(
          () => acknowledged.push(id),
          () => refused.push(id),
        );
      }
      isFailing = false;
      await ledger.close();
      expect(verifyLedger(folder())).toMatchObject({ ok: true, problems: [], unsigned: 0 });
      expect(exportedIds()).toEqual(acknowledged);
      expect(acknowledged.length).toBeGreaterThan(0);
      if (kind !== 'create') expect(refused.length).toBeGreaterThan(0);
    },
    60_000,
  );

  it('says why, once for each time that it fails', async () => {
    let isFailing = false;
    const told: unknown[] = [];
    const ledger = await openLedger({
      dataDir,
      now: Date.now,
      openFile: failing(() => (isFailing ? 'fsync' : null)),
      onUnwritable: (error) => told.push(error),
    });
    for (const failsNow of [true, true, false, true]) {
      isFailing = failsNow;
      const appended = ledger.append(disclosure(ledger.nextId()));
      await (failsNow ? expect(appended).rejects.toThrow() : appended);
    }
    await ledger.close();
    expect(told).toEqual([expect.any(Error), expect.any(Error)]);
  });

  it('after a segment could not be cut, its void end is declared and does not count', async () => {
    let isFailing = false;
    const openFile = async (path: string, flags: string, mode: number): Promise<FileHandle> => {
      const file = await open(path, flags, mode);
      const datasync = file.datasync.bind(file);
      file.datasync = async () => (isFailing ? Promise.reject(new Error('EIO')) : datasync());
      file.truncate = async () => Promise.reject(new Error('EIO'));
      return file;
    };
    const ledger = await openLedger({ dataDir, now: Date.now, openFile });
    const kept = ledger.nextId();
    await ledger.append(disclosure(kept));
    isFailing = true;
    await expect(ledger.append(disclosure(ledger.nextId()))).rejects.toThrow('EIO');
    isFailing = false;
    const after = ledger.nextId();
    await ledger.append(disclosure(after));
    await ledger.close();
    expect(exportedIds()).toEqual([kept, after]);
    expect(verifyLedger(folder())).toMatchObject({ ok: true, records: 2 });
  });

  it('does not go on with a ledger that somebody has changed', async () => {
    const ledger = await openLedger({ dataDir, now: Date.now });
    for (let index = 0; index < 5; index++) await ledger.append(disclosure(ledger.nextId()));
    await ledger.close();
    const [first = ''] = readdirSync(folder()).filter((name) => name.startsWith('segment'));
    const file = await open(join(folder(), first), 'r+');
    await file.write(Buffer.from('X'), 0, 1, 700);
    await file.close();
    await expect(openLedger({ dataDir, now: Date.now })).rejects.toThrow(/damaged/);
  });
});

describe('a clock that jumps back', () => {
  it('makes no identifier go back, also over a restart', async () => {
    const first = await openLedger({ dataDir, now: () => 2_000_000_000_000 });
    const before = first.nextId();
    await first.append(disclosure(before));
    await first.close();
    const second = await openLedger({ dataDir, now: () => 1_000_000_000_000 });
    const after = second.nextId();
    await second.append(disclosure(after));
    await second.close();
    expect(after.slice(0, 13) >= before.slice(0, 13)).toBe(true);
    expect(verifyLedger(folder()).ok).toBe(true);
  });
});

describe('two instances on one directory', () => {
  it('is refused to the second', async () => {
    const ledger = await openLedger({ dataDir, now: Date.now });
    await expect(openLedger({ dataDir, now: Date.now })).rejects.toThrow(/in use/);
    await ledger.close();
  });
});
