import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Leaf hashes of a segment whose records are archived or deleted: they keep the tree verifiable. */
const NAME = /^segment-(\d{8})\.leaves$/;
const LEAF_BYTES = 32;

export function leavesPath(folder: string, segment: number): string {
  return join(folder, 'archive', `segment-${String(segment).padStart(8, '0')}.leaves`);
}

export function listLeaves(folder: string): { readonly number: number; readonly path: string }[] {
  const archive = join(folder, 'archive');
  if (!existsSync(archive)) return [];
  const found = readdirSync(archive).flatMap((name) => {
    const number = NAME.exec(name)?.[1];
    return number === undefined ? [] : [{ number: Number(number), path: join(archive, name) }];
  });
  return found.sort((a, b) => a.number - b.number);
}

/** The first `count` leaves, from the archive. */
export function* readLeaves(folder: string, count: number): Generator<Buffer> {
  let left = count;
  for (const { path } of listLeaves(folder)) {
    const bytes = readFileSync(path);
    for (let at = 0; at + LEAF_BYTES <= bytes.length && left > 0; at += LEAF_BYTES, left--)
      yield bytes.subarray(at, at + LEAF_BYTES);
    if (left === 0) return;
  }
}
