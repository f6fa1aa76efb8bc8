import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { listSegments, readHeader, readLines, type SegmentName, segmentName } from '../segment.ts';
import { suiteOf } from '../suite.ts';
import { hashLeaf } from '../tree.ts';
import { leavesPath } from './leaves.ts';

/** What became of one segment. `period` names the month whose key encrypts it. */
export interface ArchivedSegment {
  readonly segment: number;
  readonly period: string;
  readonly records: number;
}

const ARCHIVED = /^segment-(\d{8})\.(\d{4}-\d{2})\.gz\.aes$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Archives the sealed segments whose records are all older than `before`: compressed, encrypted (AES-256-GCM) under
 * the key of the month of their last record. Their leaves stay, so the tree verifies as before. Segments are taken
 * from the oldest on; the last one is never archived.
 */
export function archiveSegments(folder: string, keyFolder: string, before: number): ArchivedSegment[] {
  const archived: ArchivedSegment[] = [];
  const segments = listSegments(folder);
  for (const [index, one] of segments.slice(0, -1).entries()) {
    const follower = segments[index + 1];
    const limit = follower && readHeader(follower.path)?.previous?.bytes;
    const texts = [...readLines(one.path, limit)].slice(1).map(({ text, number }) => {
      if (text === null)
        throw new Error(`${one.path}:${number} is damaged: verify the ledger before archiving it`);
      return text;
    });
    const latest = Math.max(0, ...texts.map(timeOf));
    if (latest >= before) break;
    archived.push(archiveOne(folder, keyFolder, one, texts, periodOf(latest)));
  }
  return archived;
}

function archiveOne(
  folder: string,
  keyFolder: string,
  { number, path }: SegmentName,
  texts: readonly string[],
  period: string,
): ArchivedSegment {
  const suite = suiteOf(readHeader(path)?.suite ?? 'sha256/ed25519');
  const name = segmentName(number);
  mkdirSync(join(folder, 'archive'), { recursive: true, mode: 0o750 });
  write(
    join(folder, 'archive', `${name}.${period}.gz.aes`),
    encrypt(periodKey(keyFolder, period), readFileSync(path)),
  );
  write(leavesPath(folder, number), Buffer.concat(texts.map((text) => hashLeaf(suite, text))));
  rmSync(path); // Last: until here the segment itself is what counts.
  return { segment: number, period, records: texts.length };
}

/** Deletes what a period's archive holds, and its key: what remains are hashes. */
export function deletePeriod(folder: string, keyFolder: string, period: string): number {
  const files = archivedOf(folder).filter((one) => one.period === period);
  for (const { path } of files) rmSync(path);
  rmSync(keyPath(keyFolder, period), { force: true });
  return files.length;
}

/** An archived segment as it was; null when its period was deleted. */
export function openArchived(folder: string, keyFolder: string, segment: number): Buffer | null {
  const found = archivedOf(folder).find((one) => one.segment === segment);
  if (!found) return null;
  const file = readFileSync(found.path);
  const key = Buffer.from(readFileSync(keyPath(keyFolder, found.period), 'utf8'), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, file.subarray(0, IV_BYTES));
  decipher.setAuthTag(file.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const packed = Buffer.concat([decipher.update(file.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return gunzipSync(packed);
}

/** The segments whose records are in the archive still. */
export function archivedSegments(folder: string): ReadonlySet<number> {
  return new Set(archivedOf(folder).map(({ segment }) => segment));
}

function archivedOf(folder: string): { segment: number; period: string; path: string }[] {
  const archive = join(folder, 'archive');
  if (!existsSync(archive)) return [];
  return readdirSync(archive).flatMap((name) => {
    const [, segment, period] = ARCHIVED.exec(name) ?? [];
    return segment && period ? [{ segment: Number(segment), period, path: join(archive, name) }] : [];
  });
}

function encrypt(key: Buffer, bytes: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(gzipSync(bytes)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

const keyPath = (keyFolder: string, period: string): string => join(keyFolder, `archive-${period}`);

function periodKey(keyFolder: string, period: string): Buffer {
  const path = keyPath(keyFolder, period);
  mkdirSync(keyFolder, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  return Buffer.from(readFileSync(path, 'utf8'), 'base64');
}

function write(path: string, bytes: Buffer): void {
  writeFileSync(`${path}.new`, bytes, { mode: 0o640, flush: true });
  renameSync(`${path}.new`, path);
}

/** The month in China, `2026-11`. */
function periodOf(time: number): string {
  return new Date(time + 8 * 3_600_000).toISOString().slice(0, 7);
}

function timeOf(text: string): number {
  const { time } = JSON.parse(text) as { time?: unknown };
  return typeof time === 'number' ? time : Number.POSITIVE_INFINITY;
}
