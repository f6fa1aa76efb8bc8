import { randomBytes } from 'node:crypto';
import { rmSync, statSync, truncateSync } from 'node:fs';
import { readLeaves } from './archive/leaves.ts';
import type { Head } from './head.ts';
import { lastHead } from './heads-file.ts';
import { SealChain, type SealKey } from './seals.ts';
import {
  FORMAT,
  isSealed,
  listSegments,
  readHeader,
  readLines,
  type SegmentHeader,
  type SegmentName,
} from './segment.ts';
import { type SuiteName, suiteOf } from './suite.ts';
import { Frontier, hashLeaf, rootOf } from './tree.ts';
import { TreeFiles } from './tree-files.ts';

/** A ledger as an earlier run left it, ready to be gone on with. */
export interface Recovered {
  readonly ledger: string;
  readonly suite: SuiteName;
  readonly frontier: Frontier;
  readonly nodes: TreeFiles;
  /** Header of the segment to begin now. */
  readonly next: SegmentHeader;
  /** Records behind the last head that an earlier version wrote without seals: nothing shows whose they are. */
  readonly unsealed: number;
}

/** The files contradict each other: nothing may be added before somebody has looked. */
class DamagedLedger extends Error {
  constructor(message: string) {
    super(
      `台账已损坏，不能继续写入 The ledger is damaged and cannot be continued: ${message}\n` +
        '请运行 npm run -s liancha -- ledger verify --data-dir <dir> 查明 Run it to see what is wrong.',
    );
  }
}

/**
 * Reads what is there: cuts off a torn tail, which was never acknowledged, and brings the tree up to the last
 * record. Throws when anything that was signed is missing or different, or when records that nobody has signed yet do not fit
 * their seals: a head must never be signed for what somebody else wrote.
 */
export function recoverLedger(
  folder: string,
  treeFolder: string,
  wanted: SuiteName,
  sealKey: SealKey,
): Recovered {
  const nodes = new TreeFiles(treeFolder);
  const segments = withoutStillborn(listSegments(folder));
  const { head } = lastHead(folder);
  if (segments.length === 0) {
    if (head && head.size > 0)
      throw new DamagedLedger(`there are heads of ${head.size} records, but no segment`);
    const ledger = head?.ledger ?? randomBytes(12).toString('base64url');
    const suite = head?.suite ?? wanted;
    nodes.clear();
    const next = { format: FORMAT, ledger, suite, segment: 1, first: 0, previous: null } as const;
    return { ledger, suite, frontier: new Frontier(suiteOf(suite)), nodes, next, unsealed: 0 };
  }
  const headers = segments.map(readHeaderOf);
  const [begin] = headers;
  const last = headers.at(-1);
  const lastSegment = segments.at(-1);
  if (!begin || !last || !lastSegment) throw new DamagedLedger('there is no segment');
  for (const [index, header] of headers.entries()) {
    if (header.ledger !== begin.ledger || header.segment !== begin.segment + index)
      throw new DamagedLedger(
        `segment ${header.segment} does not follow segment ${begin.segment + index - 1}`,
      );
    const before = headers[index - 1];
    if (before && isSealed(before) && !isSealed(header))
      throw new DamagedLedger(`segment ${header.segment} has an older format than the one before it`);
  }
  const bytes = lengthThatCounts(lastSegment.path, last);
  const { frontier, unsealed } = restoreTree(folder, segments, headers, bytes, head, nodes, sealKey);
  if (statSync(lastSegment.path).size > bytes) truncateSync(lastSegment.path, bytes);
  const next = {
    format: FORMAT,
    ledger: last.ledger,
    suite: last.suite,
    segment: last.segment + 1,
    first: frontier.size,
    previous: { bytes, excess: 0 },
  } as const;
  return { ledger: last.ledger, suite: last.suite, frontier, nodes, next, unsealed };
}

/** A last segment whose header never became durable held no record: it is taken away. */
function withoutStillborn(segments: readonly SegmentName[]): readonly SegmentName[] {
  const last = segments.at(-1);
  if (!last || readHeader(last.path)) return segments;
  const lines = [...readLines(last.path)];
  if (lines.length > 1) throw new DamagedLedger(`the header of ${last.path} cannot be read`);
  rmSync(last.path);
  return segments.slice(0, -1);
}

function readHeaderOf({ path }: SegmentName): SegmentHeader {
  const header = readHeader(path);
  if (!header) throw new DamagedLedger(`the header of ${path} cannot be read`);
  return header;
}

/**
 * How far a segment counts that a crash may have cut short: up to the first line that was not wholly written. A batch counts
 * only when all of it is durable, so what stands behind such a line, or behind the last seal, was never acknowledged, even if it is whole.
 */
function lengthThatCounts(path: string, header: SegmentHeader): number {
  let good = 0;
  let bad: number | null = null;
  for (const line of readLines(path)) {
    if (line.isUnwritten) return good;
    if (line.bytes === null) bad ??= line.number;
    else if (bad !== null) throw new DamagedLedger(`${path}:${bad} does not fit its checksum`);
    else if (line.seal !== null || line.number === 1 || !isSealed(header)) good = line.end;
  }
  return good;
}

function restoreTree(
  folder: string,
  segments: readonly SegmentName[],
  headers: readonly SegmentHeader[],
  lastBytes: number,
  head: Head | null,
  nodes: TreeFiles,
  sealKey: SealKey,
): { readonly frontier: Frontier; readonly unsealed: number } {
  const suite = suiteOf(headers[0]?.suite ?? 'sha256/ed25519');
  const signed = head?.size ?? 0;
  const isKept = nodes.cutTo(signed) && sameRoot(rootOf(suite, nodes, signed), head);
  if (!isKept) nodes.clear();
  const from = isKept ? signed : 0;
  const frontier = isKept ? Frontier.of(suite, signed, nodes) : new Frontier(suite);
  const add = (leaf: Buffer): void => {
    frontier.append(leaf, (level, node) => nodes.add(level, node));
    if (frontier.size === signed && !sameRoot(frontier.root(), head))
      throw new DamagedLedger(`the first ${signed} records do not have the root that was signed`);
  };
  if (from === 0) for (const leaf of readLeaves(folder, headers[0]?.first ?? 0)) add(leaf);
  let reached = 0;
  let unsealed = 0;
  for (const [index, { path }] of segments.entries()) {
    const header = headers[index];
    const begin = header?.first ?? 0;
    const end = headers[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    if (end <= from) continue;
    const limit = headers[index + 1]?.previous?.bytes ?? lastBytes;
    const seals = header && isSealed(header) && end > signed ? new SealedTail(path, header, sealKey) : null;
    let at = begin;
    for (const line of readLines(path, limit)) {
      if (line.number === 1) continue;
      if (line.bytes === null) throw new DamagedLedger(`${path}:${line.number} does not fit its checksum`);
      const isNew = at++ >= from;
      if (!isNew && !seals) continue;
      const leaf = hashLeaf(suite, line.bytes);
      seals?.take(leaf, line.seal);
      if (isNew) add(leaf);
    }
    seals?.end();
    if (!seals && at > signed) {
      if (!sealKey.isNew)
        throw new DamagedLedger(`records behind the last head in ${path} have no seal: somebody added them`);
      unsealed += at - Math.max(begin, signed);
    }
    if (at !== end && Number.isFinite(end))
      throw new DamagedLedger(`${path} holds ${at - begin} records instead of ${end - begin}`);
    reached = at;
  }
  if (reached < signed)
    throw new DamagedLedger(`${signed} records were signed, but only ${reached} are there (${folder})`);
  return { frontier, unsealed };
}

/** Checks the seals of a segment that holds records which no head covers. */
class SealedTail {
  readonly #path: string;
  readonly #chain: SealChain;
  #leaves: Buffer[] = [];

  constructor(path: string, header: SegmentHeader, key: SealKey) {
    this.#path = path;
    this.#chain = new SealChain(header.suite, key.secret, header);
  }

  take(leaf: Buffer, seal: string | null): void {
    this.#leaves.push(leaf);
    if (seal === null) return;
    if (this.#chain.next(this.#leaves) !== seal)
      throw new DamagedLedger(
        `records in ${this.#path} do not fit their seal: somebody changed or added them`,
      );
    this.#leaves = [];
  }

  end(): void {
    if (this.#leaves.length > 0)
      throw new DamagedLedger(`the last records in ${this.#path} have no seal: somebody added them`);
  }
}

function sameRoot(root: Buffer, head: Head | null): boolean {
  return head === null || root.toString('base64url') === head.root;
}
