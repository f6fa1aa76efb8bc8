import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';

/** Peers that are no dependencies of the project, with the versions that are measured. */
const PACKAGES = {
  '@graphql-hive/gateway': '2.15.1',
  '@graphql-hive/router-runtime': '1.4.23',
  '@grafbase/cli-x86_64-unknown-linux-musl': '0.103.0',
} as const;

export type OptionalPackage = keyof typeof PACKAGES;

const FOLDER = join(projectRoot(), '.liancha-bench');

export function installedPath(name: OptionalPackage, file: string): string {
  return join(FOLDER, 'node_modules', name, file);
}

/** Why packages cannot be used; null when they are there. */
export function absenceOf(names: readonly OptionalPackage[]): string | null {
  const missing = names.filter((name) => !existsSync(installedPath(name, 'package.json')));
  if (missing.length === 0) return null;
  return `not installed: ${missing.join(', ')} (npm run bench -- --install-peers)`;
}

/** Installs the optional peers into a folder of their own that git ignores; each that this machine can run. */
export function installPeers(): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ name: 'liancha-bench-peers', private: true }));
  const isGrafbasePossible = process.platform === 'linux' && process.arch === 'x64';
  const wanted = Object.entries(PACKAGES)
    .filter(([name]) => isGrafbasePossible || !name.startsWith('@grafbase/'))
    .map(([name, version]) => `${name}@${version}`);
  const options = [
    'install',
    '--engine-strict=false', // Some of their dependencies ask for a newer Node than they need.
    '--save-exact',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefix',
    FOLDER,
  ];
  const result = spawnSync('npm', [...options, ...wanted], { cwd: FOLDER, stdio: 'inherit' });
  if (result.status !== 0) throw new Error('the peers could not be installed');
}
