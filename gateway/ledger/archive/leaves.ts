import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listNumbered, type SegmentName, segmentName } from '../segment.ts';

/** Leaf hashes of a segment whose records are archived or deleted: they keep the tree verifiable. */
const NAME = /^segment-(\d{8})\.leaves$/;
const LEAF_BYTES = 32;

export function leavesPath(folder: string, segment: number): string {
  return join(folder, 'archive', `${segmentName(segment)}.leaves`);
}

export function listLeaves(folder: string): SegmentName[] {
  const archive = join(folder, 'archive');
  return existsSync(archive) ? listNumbered(archive, NAME) : [];
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
