import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes a folder for this process alone; the function gives it back. Throws when another process holds it.
 * The lock appears with its content in one step (`link`), and a dead holder's lock is taken away in one step
 * (`rename`), so that two processes can neither read half a lock nor take away each other's.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const path = join(folder, 'LOCK');
  const own = join(folder, `.lock-${process.pid}-${randomUUID()}`);
  writeFileSync(own, `${process.pid} ${startOf(process.pid) ?? ''}`, { flag: 'wx' });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        linkSync(own, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (!isExisting(error)) throw error;
      }
      const holder = readFileSync(path, 'utf8');
      if (attempt > 0 || isAlive(holder)) throw new Error(inUse(path, holder));
      takeAway(path, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead holder's lock, unless someone has replaced it meanwhile: then it is put back. */
function takeAway(path: string, holder: string): void {
  const taken = `${path}.${randomUUID()}`;
  renameSync(path, taken);
  const content = readFileSync(taken, 'utf8');
  if (content !== holder) linkSync(taken, path);
  rmSync(taken, { force: true });
  if (content !== holder) throw new Error(inUse(path, content));
}

function inUse(path: string, holder: string): string {
  return (
    `披露账本正被另一进程使用：${path}（${holder}）。每个网关实例须有自己的 DATA_DIR。\n` +
    `The ledger is in use by another process (${holder}). Give each gateway instance its own DATA_DIR.`
  );
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** A process id can be given again; together with its start it cannot. */
function isAlive(holder: string): boolean {
  const [pid = '', start = ''] = holder.split(' ');
  if (!/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const now = startOf(Number(pid));
  return now === null || start === '' || now === start;
}

/** When a process was started, in the kernel's ticks; null where the system does not tell. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
