import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const LEAST = [20, 18, 1];

/** Ends with a clear message on a Node that is too old. */
export function requireNode() {
  const have = process.versions.node.split('.').map(Number);
  const at = LEAST.findIndex((part, index) => have[index] !== part);
  if (at === -1 || have[at] > LEAST[at]) return;
  fail(
    `需要 Node ${LEAST.join('.')} 或更新版本 Liancha needs Node ${LEAST.join('.')} or newer; this is ${process.versions.node}`,
  );
}

export function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** Runs a command; its output is shown as it comes, or only when it fails (`quiet`). */
export function run(command, parameters, { quiet = false, allowFailure = false } = {}) {
  const result = spawnSync(command, parameters, {
    cwd: root,
    stdio: quiet ? 'pipe' : 'inherit',
    encoding: 'utf8',
  });
  if (result.status === 0 || allowFailure) return result;
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  return fail(`${command} ${parameters.join(' ')} 失败 failed (${result.status ?? result.error?.message})`);
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Does something only when the files that it depends on have changed since it was last done. */
function whenChanged(stamp, files, act) {
  const path = join(root, stamp);
  const digest = digestOf(files);
  if (existsSync(path) && readFileSync(path, 'utf8') === digest) return;
  act();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, digest);
}

/** Installs what is missing. */
export function install({ quiet = false } = {}) {
  whenChanged('node_modules/.liancha-installed', ['package.json', 'package-lock.json'], () => {
    if (!quiet) process.stderr.write('安装依赖 Installing dependencies…\n');
    // Not `npm ci`: it refuses a lock file that leaves out binaries for other platforms which the registry lacks.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  });
}

function filesUnder(folder, pattern) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => pattern.test(name) && statSync(join(root, name)).isFile())
    .sort();
}

/** Builds what needs building: the programs, and the explorer's page. */
export async function build({ quiet = false } = {}) {
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  const sources = ['gateway', 'subgraphs', 'test/bench'].flatMap((folder) =>
    existsSync(join(root, folder)) ? filesUnder(folder, /\.ts$/) : [],
  );
  whenChanged('dist/.built', [...settings, ...sources], () => {
    if (!quiet) process.stderr.write('编译 Building…\n');
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { quiet: true });
  });
  const page = filesUnder('gateway/http/explorer/page', /./);
  const needed = ['package-lock.json', 'scripts/build-explorer.mjs', ...page];
  const stamp = join(root, 'dist/explorer/.built');
  const digest = digestOf(needed);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const { buildExplorer } = await import('./build-explorer.mjs');
  await buildExplorer(root);
  writeFileSync(stamp, digest);
}
