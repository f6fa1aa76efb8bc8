import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listLeaves } from './archive/leaves.ts';
import { type Head, hashHead, isSignedBy } from './head.ts';
import { HEADS, KEYS, readHeads, readPublicKeys } from './heads-file.ts';
import { SealChain } from './seals.ts';
import { isSealed, listSegments, readBatches, readHeader, readLines, type SegmentHeader } from './segment.ts';
import { type PublicKey, readPublicKey, type Suite, suiteOf } from './suite.ts';
import { Frontier, hashLeaf } from './tree.ts';
import { type Evidence, evidenceOn } from './witness/evidence.ts';
import { COSIGNATURES, cosignatureProblem, type KeptCosignature, readCosignatures } from './witness/kept.ts';

export const PROBLEMS = [
  'NO_LEDGER',
  'SEGMENT_MISSING',
  'SEGMENT_DAMAGED',
  'SEGMENT_LENGTH',
  'RECORD_DAMAGED',
  'RECORD_TWICE',
  'RECORD_UNSEALED',
  'HEAD_DAMAGED',
  'HEAD_CHAIN',
  'HEAD_SIGNATURE',
  'HEAD_ROOT',
  'RECORDS_MISSING',
  'KEYS_DAMAGED',
  'KEY_NOT_TRUSTED',
  'COSIGNATURE_DAMAGED',
  'COSIGNATURE_HEAD',
  'COSIGNATURE_SIGNATURE',
  'WITNESS_SILENT',
] as const;

/** One thing that does not verify: what, where, and the first record that it concerns. */
export interface LedgerProblem {
  readonly code: (typeof PROBLEMS)[number];
  readonly file: string;
  readonly line: number | null;
  /** Number of the record in the ledger, counted from 0. */
  readonly record: number | null;
  readonly message: string;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly ledger: string | null;
  readonly segments: number;
  readonly records: number;
  readonly heads: number;
  /** Records under a signed head; those after it are whole, but nobody has signed for them yet. */
  readonly signed: number;
  readonly unsigned: number;
  /** Of the unsigned ones, those whose seal was checked: the gateway wrote them. Of the others nothing here shows who did. */
  readonly sealed: number;
  /** Records under a head that a witness has co-signed. */
  readonly cosigned: number;
  /** Bytes behind the last whole line: a record that was being written at a crash and was never acknowledged. */
  readonly tornBytes: number;
  readonly problems: readonly LedgerProblem[];
}

export interface VerifyOptions {
  /** Keys that the verifier got elsewhere. Without them the ledger's own `keys.json` is believed. */
  readonly trusted?: readonly PublicKey[];
  /** What others have kept (witnesses): the ledger must contain it. */
  readonly witnessed?: readonly Evidence[];
  /** Keys of the witnesses. Without them it is checked only that co-signed heads are heads of this ledger. */
  readonly witnessKeys?: readonly PublicKey[];
  /** Key of the seals, where it is at hand: records behind the last head are then checked against theirs. */
  readonly sealKey?: Buffer;
  /** Told of progress, in records. */
  onProgress?(records: number): void;
}

const PROGRESS_EVERY = 100_000;

/** Checks a ledger from its files alone. Reads only. */
export function verifyLedger(folder: string, options: VerifyOptions = {}): LedgerReport {
  return new Verification(folder, options).run();
}

class Verification {
  readonly #folder: string;
  readonly #options: VerifyOptions;
  readonly #problems: LedgerProblem[] = [];
  readonly #heads: Head[] = [];
  readonly #headLines = new Map<Head, number>();
  readonly #ids = new Set<string>();
  /** What witnesses saw, by size. */
  readonly #witnessed = new Map<number, { readonly size: number; readonly root: string }[]>();
  #frontier = new Frontier(suiteOf('sha256/ed25519'));
  #nextHead = 0;
  #records = 0;
  #signed = 0;
  #cosigned = 0;
  #tornBytes = 0;
  #sealed = 0;
  #hasSealedSegment = false;

  constructor(folder: string, options: VerifyOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  run(): LedgerReport {
    const segments = existsSync(this.#folder) ? listSegments(this.#folder) : [];
    // While the gateway runs more is added meanwhile, but never fewer records than a head says, nor heads than are co-signed.
    const cosignatures = [...readCosignatures(this.#folder)];
    if (segments.length === 0 && !existsSync(join(this.#folder, HEADS)))
      this.#problem('NO_LEDGER', '', null, `${this.#folder} 没有台账 holds no ledger`);
    else {
      this.#readHeads();
      const headers = segments.map(({ path }) => readHeader(path));
      const begin = headers.find((one) => one !== null) ?? null;
      const suite = suiteOf(begin?.suite ?? this.#heads[0]?.suite ?? 'sha256/ed25519');
      this.#frontier = new Frontier(suite);
      this.#checkKeys(suite);
      this.#checkWitnesses(suite, cosignatures);
      this.#readLeaves(headers[0] ?? null, segments[0]?.number ?? 1);
      for (const [index, { path, number }] of segments.entries()) {
        const isLast = index === segments.length - 1;
        const follower = isLast ? null : (headers[index + 1] ?? null);
        const expected = (segments[0]?.number ?? 1) + index;
        if (number !== expected)
          this.#problem(
            'SEGMENT_MISSING',
            basename(path),
            null,
            `缺少第 ${expected} 段 segment ${expected} is missing`,
          );
        this.#readSegment(path, headers[index] ?? null, follower, isLast, suite, begin);
      }
      this.#checkRest();
    }
    return {
      ok: this.#problems.length === 0,
      ledger: this.#heads[0]?.ledger ?? null,
      segments: segments.length,
      records: this.#records,
      heads: this.#heads.length,
      signed: this.#signed,
      unsigned: this.#records - this.#signed,
      sealed: this.#sealed,
      cosigned: this.#cosigned,
      tornBytes: this.#tornBytes,
      problems: this.#problems,
    };
  }

  #problem(code: LedgerProblem['code'], file: string, line: number | null, message: string): void {
    this.#problems.push({ code, file, line, record: this.#records, message });
  }

  #readHeads(): void {
    for (const one of readHeads(this.#folder)) {
      if (one.kind === 'head') {
        this.#heads.push(one.head);
        this.#headLines.set(one.head, this.#headLines.size + 1);
      } else if (one.kind === 'bad')
        this.#problem(
          'HEAD_DAMAGED',
          HEADS,
          one.line,
          '树头不可读或校验和不符 a head cannot be read, or its checksum does not fit',
        );
    }
  }

  #checkKeys(suite: Suite): void {
    const published = readPublicKeys(this.#folder);
    if (!published)
      this.#problem('KEYS_DAMAGED', KEYS, null, '公钥文件缺失或损坏 the public keys are missing or damaged');
    const trusted = this.#options.trusted ?? published ?? [];
    const keys = new Map(trusted.map((one) => [one.id, readPublicKey(one)]));
    for (const one of published ?? [])
      if (!readPublicKey(one))
        this.#problem('KEYS_DAMAGED', KEYS, null, `公钥与其编号不符 key ${one.id} is not what its name says`);
    let before: Head | null = null;
    for (const head of this.#heads) {
      const line = this.#headLines.get(head) ?? null;
      const key = keys.get(head.key);
      if (!key) this.#problem('KEY_NOT_TRUSTED', HEADS, line, `未知公钥 unknown key ${head.key}`);
      else if (!isSignedBy(suite, head, key))
        this.#problem('HEAD_SIGNATURE', HEADS, line, '树头签名无效 the signature of a head is not valid');
      const expected = before ? hashHead(suite, before) : '';
      const isBackwards = before !== null && (head.size < before.size || head.ledger !== before.ledger);
      if (head.previous !== expected || isBackwards)
        this.#problem(
          'HEAD_CHAIN',
          HEADS,
          line,
          '树头与前一树头不相接 a head does not follow the one before it',
        );
      before = head;
    }
  }

  /** Co-signatures beside the heads, and what witnesses have kept themselves. */
  #checkWitnesses(suite: Suite, cosignatures: readonly KeptCosignature[]): void {
    const hashes = new Map(this.#heads.map((head) => [hashHead(suite, head), head]));
    for (const { line, cosignature } of cosignatures) {
      const problem = cosignature
        ? cosignatureProblem(cosignature, hashes, this.#options.witnessKeys)
        : 'COSIGNATURE_DAMAGED';
      if (problem) this.#problem(problem, COSIGNATURES, line, `联署无效 a co-signature does not verify`);
      else this.#cosigned = Math.max(this.#cosigned, cosignature?.size ?? 0);
    }
    const { witnessed } = this.#options;
    if (!witnessed) return;
    const { seen, given } = evidenceOn(this.#heads[0]?.ledger ?? '', witnessed);
    for (const one of seen) this.#witnessed.set(one.size, [...(this.#witnessed.get(one.size) ?? []), one]);
    if (seen.length + given.length === 0)
      this.#problem(
        'WITNESS_SILENT',
        'witness',
        null,
        '见证文件与本台账无关 the witness says nothing of this ledger',
      );
    const own = this.#options.trusted ?? readPublicKeys(this.#folder) ?? [];
    // As a witness this ledger has named its own last head: others hold that against it.
    for (const { witnessHead, ...one } of given)
      if (
        cosignatureProblem({ ...one, witnessHead }, null, own) === null &&
        witnessHead &&
        !hashes.has(witnessHead)
      )
        this.#problem(
          'HEAD_CHAIN',
          'witness',
          null,
          '本台账为他人联署时所称的树头已不在 the head that this ledger named when it co-signed for another is gone',
        );
  }

  /** Records that are archived: their leaves stand in for them. */
  #readLeaves(header: SegmentHeader | null, firstNumber: number): void {
    let expected = 1;
    for (const { number, path } of listLeaves(this.#folder)) {
      if (number >= firstNumber) break;
      if (number !== expected++)
        this.#problem(
          'SEGMENT_MISSING',
          basename(path),
          null,
          `缺少第 ${number - 1} 段 segment ${number - 1} is missing`,
        );
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at += 32) this.#enter(bytes.subarray(at, at + 32));
    }
    if (expected !== firstNumber)
      this.#problem('SEGMENT_MISSING', '', null, `缺少第 ${expected} 段 segment ${expected} is missing`);
    else if (header && header.first !== this.#records)
      this.#problem(
        'SEGMENT_DAMAGED',
        'archive',
        null,
        `应有 ${header.first} 条 ${header.first} records expected, ${this.#records} found`,
      );
  }

  #readSegment(
    path: string,
    header: SegmentHeader | null,
    follower: SegmentHeader | null,
    isLast: boolean,
    suite: Suite,
    begin: SegmentHeader | null,
  ): void {
    const file = basename(path);
    const { size } = statSync(path);
    if (!header && isLast && [...readLines(path)].every((one) => one.isTorn)) {
      this.#tornBytes = size; // Its header was being written at a crash: it holds nothing.
      return;
    }
    if (!header) this.#problem('SEGMENT_DAMAGED', file, 1, '段头不可读 the header cannot be read');
    else if (header.ledger !== begin?.ledger || header.suite !== begin.suite)
      this.#problem('SEGMENT_DAMAGED', file, 1, '段属于另一台账 the segment belongs to another ledger');
    else if (header.first !== this.#records)
      this.#problem(
        'SEGMENT_DAMAGED',
        file,
        1,
        `段头称其前有 ${header.first} 条，实有 ${this.#records} 条 the header says that ${header.first} records come before, there are ${this.#records}`,
      );
    const counts = follower?.previous?.bytes;
    if (counts !== undefined && size !== counts + (follower?.previous?.excess ?? 0))
      this.#problem(
        'SEGMENT_LENGTH',
        file,
        null,
        `长度应为 ${counts} 字节 the length should be ${counts} bytes, it is ${size}`,
      );
    if (header && this.#hasSealedSegment && !isSealed(header))
      this.#problem(
        'SEGMENT_DAMAGED',
        file,
        1,
        '段格式比前段旧 the format is older than that of the segment before',
      );
    if (header && isSealed(header)) this.#hasSealedSegment = true;
    const signed = this.#heads.at(-1)?.size ?? 0;
    const key = header && isSealed(header) ? this.#options.sealKey : undefined;
    const seals = header && key ? new SealChain(suite.name, key, header) : null;
    let end = 0;
    let batch: Buffer[] = [];
    for (const line of readBatches(path, header, counts)) {
      if (line.isUnwritten && isLast && this.#records >= signed) {
        this.#tornBytes = size - end; // A crash, or a write that is going on; nothing behind it was acknowledged.
        break;
      }
      end = line.end;
      if (line.number === 1) continue; // The header, or what was told of above.
      if (line.bytes !== null) {
        batch.push(this.#record(line.bytes, file, line.number, suite));
        if (line.seal === null) continue;
        const isSealed = seals?.next(batch) === line.seal;
        if (isSealed && this.#records > signed) this.#sealed = this.#records - signed;
        if (seals && !isSealed && this.#records > signed)
          this.#problem(
            'RECORD_UNSEALED',
            file,
            line.number,
            '记录不是本网关所写：与封印不符 records do not fit their seal: the gateway did not write them',
          );
        batch = [];
      } else {
        this.#problem(
          'RECORD_DAMAGED',
          file,
          line.number,
          `第 ${this.#records} 条记录与校验和不符 record ${this.#records} does not fit its checksum`,
        );
        this.#enter(Buffer.alloc(32)); // Keeps the numbers of those behind it right.
      }
    }
  }

  #record(bytes: Buffer, file: string, line: number, suite: Suite): Buffer {
    const id = idOf(bytes);
    if (id === null)
      this.#problem('RECORD_DAMAGED', file, line, '记录不是披露记录 the line is no disclosure');
    else if (this.#ids.has(id)) this.#problem('RECORD_TWICE', file, line, `${id} 重复 appears twice`);
    else this.#ids.add(id);
    const leaf = hashLeaf(suite, bytes);
    this.#enter(leaf);
    return leaf;
  }

  #enter(leaf: Buffer): void {
    this.#checkHeadsAt(this.#records);
    this.#frontier.append(leaf);
    this.#records++;
    if (this.#records % PROGRESS_EVERY === 0) this.#options.onProgress?.(this.#records);
  }

  /** Compares the heads that were signed at this size with the tree. */
  #checkHeadsAt(size: number): void {
    for (
      let head = this.#heads[this.#nextHead];
      head && head.size <= size;
      head = this.#heads[this.#nextHead]
    ) {
      if (head.size === size) {
        if (this.#frontier.root().toString('base64url') !== head.root)
          this.#problem(
            'HEAD_ROOT',
            HEADS,
            this.#headLines.get(head) ?? null,
            `前 ${size} 条记录与签名的树根不符 the first ${size} records do not have the root that was signed`,
          );
        this.#signed = size;
      }
      this.#nextHead++;
    }
    for (const head of this.#witnessed.get(size) ?? []) {
      if (this.#frontier.root().toString('base64url') !== head.root)
        this.#problem(
          'HEAD_ROOT',
          'witness',
          null,
          `前 ${size} 条记录与见证的树根不符 the first ${size} records do not have the root that a witness saw`,
        );
    }
  }

  #checkRest(): void {
    this.#checkHeadsAt(this.#records);
    const witnessed = [...this.#witnessed.keys()];
    const most = Math.max(this.#heads.at(-1)?.size ?? 0, ...witnessed);
    if (most > this.#records)
      this.#problem(
        'RECORDS_MISSING',
        '',
        null,
        `已签名 ${most} 条，实有 ${this.#records} 条 ${most} records were signed, ${this.#records} are there`,
      );
    if (this.#heads.length === 0) this.#problem('HEAD_DAMAGED', HEADS, null, '没有树头 there is no head');
  }
}

/** Every record begins with its id. */
const ID = /^\{"id":"([0-9a-f-]{36})",/;
const ID_BYTES = 45;

function idOf(bytes: Buffer): string | null {
  return ID.exec(bytes.toString('latin1', 0, ID_BYTES))?.[1] ?? null;
}
