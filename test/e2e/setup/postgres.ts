import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOME = '/usr/lib/postgresql';

/** A PostgreSQL server of the test's own on a free port of loopback; a superuser's URL. */
export interface Postgres {
  readonly url: string;
  close(): Promise<void>;
}

/** PostgreSQL refuses to run as root: there it runs as the user that its package makes. */
export async function startPostgres(): Promise<Postgres> {
  const version = existsSync(HOME) ? readdirSync(HOME).sort().at(-1) : undefined;
  if (!version) throw new Error('PostgreSQL is missing: apt-get install -y postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'liancha-postgres-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  const program = (name: string, parameters: string[]): [string, string[]] => {
    const path = join(HOME, version, 'bin', name);
    return isRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...parameters]]
      : [path, parameters];
  };
  const data = join(folder, 'data');
  const [initdb, options] = program('initdb', [
    '-D',
    data,
    '-U',
    'liancha',
    '--auth=trust',
    '-E',
    'UTF8',
    '--no-sync',
    '--locale=C.UTF-8',
  ]);
  const made = spawnSync(initdb, options, { cwd: folder, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const [server, settings] = program('postgres', [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    '-c',
    'fsync=off',
  ]);
  const child = spawn(server, settings, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  await readiness(child);
  return {
    url: `postgres://liancha@127.0.0.1:${port}/postgres`,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGINT'); // fast shutdown: clients are disconnected
      }),
  };
}

function idOf(option: '-u' | '-g'): number {
  return Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
}

function readiness(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`postgres: ${log}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
