import { readdirSync, readFileSync } from 'node:fs';
import { cpuSeconds } from './process.ts';

/**
 * Memory of all processes called so that this one has started, in MB, with what they share counted once (PSS, proc(5));
 * 0 where the system does not say.
 */
export function familyMemoryMb(command: string): number {
  const kilobytes = familyOf(command).map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 1_024);
}

/** Seconds of processor time of the same processes, without those that have ended. */
export function familyCpuSeconds(command: string): number {
  return familyOf(command).reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

function familyOf(command: string): number[] {
  const processes = readProcesses();
  const family = new Set([process.pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.filter((one) => one.command === command && family.has(one.pid)).map(({ pid }) => pid);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function readProcesses(): Process[] {
  const names = list('/proc').filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => {
    const [, command, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(read(`/proc/${name}/stat`)) ?? [];
    return command === undefined ? [] : [{ pid: Number(name), parent: Number(parent), command }];
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
