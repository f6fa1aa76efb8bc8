import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** The gateway has a core of its own; load and subgraphs share the other. */
export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;

/** Can programs be pinned to cores here? */
export const canPin: boolean = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Pins a running process with all its threads. */
export function pin(pid: number, core: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', String(core), String(pid)]);
}

/** Lets a running process use every core again, with all its threads. */
export function unpin(pid: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', `0-${cpus().length - 1}`, String(pid)]);
}

/** The command that runs a program on one core. */
export function pinned(core: number, command: readonly string[]): [string, string[]] {
  const [program = '', ...rest] = canPin ? ['taskset', '-c', String(core), ...command] : command;
  return [program, rest];
}

/** Seconds of processor time that a process has used with all its threads; 0 where the system does not say. */
export function cpuSeconds(pid: number): number {
  const stat = readProc(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // From field 3 on (proc(5)).
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = 100;

/** Resident memory of a process in MB: now, and the most since `forgetPeak`. */
export function memoryMb(pid: number): { readonly now: number; readonly peak: number } {
  const status = readProc(pid, 'status');
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1_024);
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5'); // proc(5): resets VmHWM
  } catch {
    // Not every system has it; then the peak is that of the whole life.
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** What the figures were taken on. */
export function describeMachine(): string {
  const [first] = cpus();
  const pinning = canPin ? 'pinned' : 'NOT pinned';
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}, ${pinning}`;
}
