import { existsSync, statSync } from 'node:fs';
import { archivedSegments, openArchived } from '../archive/archive.ts';
import { leavesPath, listLeaves } from '../archive/leaves.ts';
import { listSegments, type ReadingSpace, readHeader, readLines, splitLines } from '../segment.ts';

/** How far a ledger has been read: so many bytes of a segment, so many records in all. */
export interface Position {
  readonly segment: number;
  readonly bytes: number;
  readonly records: number;
}

export const BEGINNING: Position = { segment: 1, bytes: 0, records: 0 };

/** What is durable: nothing behind it was acknowledged. */
export type Durable = Pick<Position, 'segment' | 'bytes'>;

/** One record, and where the next one begins. */
export interface ReadRecord {
  readonly bytes: Buffer;
  readonly next: Position;
}

export interface LedgerFolders {
  readonly folder: string;
  readonly keyFolder: string;
}

/** A step through the ledger: a record, or the end of a segment, which is a place to go on from as well. */
export type Step = ReadRecord | { readonly bytes: null; readonly next: Position };

/**
 * The records from a position up to what is durable, in the order of the tree; archived segments are opened with their keys,
 * deleted ones left out. The bytes of a record are valid until the next one is asked for.
 */
export function* readRecords(
  folders: LedgerFolders,
  from: Position,
  durable: Durable,
  space: ReadingSpace,
): Generator<Step> {
  let at = from;
  while (at.segment <= durable.segment) {
    for (const step of readSegment(folders, at, durable, space)) {
      at = step.next;
      yield step;
    }
    if (at.segment === durable.segment) return;
    at = { segment: at.segment + 1, bytes: 0, records: at.records };
    yield { bytes: null, next: at };
  }
}

function* readSegment(
  { folder, keyFolder }: LedgerFolders,
  from: Position,
  durable: Durable,
  space: ReadingSpace,
): Generator<Step> {
  const { segment } = from;
  const segments = listSegments(folder);
  const live = segments.find(({ number }) => number === segment);
  const follower = segments.find(({ number }) => number === segment + 1);
  if (live) {
    const isLast = segment === durable.segment;
    const limit = isLast ? durable.bytes : follower && readHeader(follower.path)?.previous?.bytes;
    yield* stepsOf(readLines(live.path, limit, from.bytes, space), from, Number.POSITIVE_INFINITY);
    return;
  }
  const leaves = leavesPath(folder, segment);
  if (!existsSync(leaves)) throw new Error(`segment ${segment} of the ledger is missing`);
  const end = recordsBefore(folder, segment) + statSync(leaves).size / LEAF_BYTES;
  const archived = openArchived(folder, keyFolder, segment);
  if (archived) yield* stepsOf(splitLines(archived, from.bytes), from, end);
  yield { bytes: null, next: { segment, bytes: from.bytes, records: end } };
}

function* stepsOf(lines: ReturnType<typeof readLines>, from: Position, end: number): Generator<Step> {
  let { records } = from;
  let isHeader = from.bytes === 0;
  for (const { bytes, end: behind, number } of lines) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    if (records >= end) return; // What an archived segment holds behind its records is void.
    if (bytes === null)
      throw new Error(`line ${number} behind byte ${from.bytes} of segment ${from.segment} is damaged`);
    records++;
    yield { bytes, next: { segment: from.segment, bytes: behind, records } };
  }
}

const LEAF_BYTES = 32;

function recordsBefore(folder: string, segment: number): number {
  return listLeaves(folder)
    .filter(({ number }) => number < segment)
    .reduce((sum, { path }) => sum + statSync(path).size / LEAF_BYTES, 0);
}

/** The records whose period was deleted, as ranges of their places in the tree. */
export function deletedRanges(folder: string): readonly (readonly [number, number])[] {
  const kept = new Set([...archivedSegments(folder), ...listSegments(folder).map(({ number }) => number)]);
  const ranges: [number, number][] = [];
  let before = 0;
  for (const { number, path } of listLeaves(folder)) {
    const end = before + statSync(path).size / LEAF_BYTES;
    if (!kept.has(number)) ranges.push([before, end]);
    before = end;
  }
  return ranges;
}
