import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { type Grant, type GrantSource, parseGrants } from './grant.ts';

interface Reporter {
  error(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

/** A changed file is seen within this time. */
const POLL_MS = 500;

/**
 * Grants from a YAML file, read again when it changes. A file that cannot be read or is wrong grants nothing
 * from then on: what it said before may have been revoked in it.
 */
export function fileGrants(
  path: string,
  isDepartment: (code: string) => boolean,
  report: Reporter,
): GrantSource {
  const listeners = new Set<() => void>();
  let version = versionOf(path);
  let grants = read(path, isDepartment, report);
  const timer = setInterval(() => {
    const now = versionOf(path);
    if (now === version) return;
    version = now;
    grants = read(path, isDepartment, report);
    for (const listener of listeners) listener();
  }, POLL_MS);
  timer.unref();
  return {
    current: () => grants,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : 'missing';
}

function read(path: string, isDepartment: (code: string) => boolean, report: Reporter): readonly Grant[] {
  try {
    const grants = parseGrants(parse(readFileSync(path, 'utf8')), isDepartment);
    report.info({ path, grants: grants.length }, 'grants read');
    return grants;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report.error({ path, reason }, 'the grants file cannot be used: no grant is in force until it is mended');
    return [];
  }
}
