import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DisclosureId } from '../words.ts';
import { Batch } from './batch.ts';
import type { Disclosure, InclusionProof, Ledger } from './disclosure.ts';
import { disclosurePieces } from './disclosure-text.ts';
import type { Head } from './head.ts';
import { type HeadWriter, openHeadKey, openHeadWriter } from './heads-file.ts';
import { createIds } from './ids.ts';
import { lockFolder } from './lock.ts';
import { RecentPlaces } from './recent-places.ts';
import { type Recovered, recoverLedger } from './recover.ts';
import { openSealKey, SealChain } from './seals.ts';
import type { Position } from './search/records.ts';
import type { SegmentHeader } from './segment.ts';
import { type OpenFile, SegmentWriter } from './segment-writer.ts';
import { type FreeBytes, freeBytes, type SpaceWatch, watchSpace } from './space.ts';
import { type SuiteName, suiteOf } from './suite.ts';
import { consistencyProof, inclusionProof } from './tree.ts';

export interface LedgerOptions {
  readonly dataDir: string;
  readonly now: () => number;
  /** A segment is sealed at about this size. */
  readonly segmentBytes?: number;
  /** Longest time for which a record is not yet under a signed head. */
  readonly headMs?: number;
  /** For a new ledger; one that exists keeps its own. */
  readonly suite?: SuiteName;
  /** What a new SM2 key signs along with each head. */
  readonly userId?: string;
  /** Free space on the disk, in bytes, below which nothing is appended. */
  readonly reserveBytes?: number;
  readonly freeBytes?: FreeBytes;
  /** How files are opened for writing. */
  readonly openFile?: OpenFile;
  /** Told when a head could not be written; records are safe all the same. */
  onProblem?(error: unknown): void;
  /** Told, once for each row of failures, of why records cannot be written: nothing is answered meanwhile. */
  onUnwritable?(error: unknown): void;
  /** Told of records without a seal that a crash of an earlier version had left unsigned, and that are signed now. */
  onAdopted?(records: number): void;
}

interface Waiting {
  readonly id: DisclosureId;
  resolve(): void;
  reject(error: unknown): void;
}

/** All answers that are ready in one turn of the event loop share one write and one sync: a turn costs less than either. */
const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Pause after a failed write, before a new segment is tried. */
const RETRY_MS = 200;
const SEGMENT_BYTES = 64 * 1_048_576;
const HEAD_MS = 1_000;
/** Of how many recent records the place in the tree is known without reading files. */
const KEPT_PLACES = 100_000;

/** Opens the ledger of a data folder for this process alone, and brings it in order after a crash. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { dataDir } = options;
  const folder = join(dataDir, 'ledger');
  const openFile: OpenFile = options.openFile ?? open;
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const unlock = lockFolder(folder);
  try {
    const wanted = options.suite ?? 'sha256/ed25519';
    const keyFolder = join(dataDir, 'ledger-keys');
    const sealKey = openSealKey(keyFolder);
    const recovered = recoverLedger(folder, join(dataDir, 'ledger-tree'), wanted, sealKey);
    if (recovered.unsealed > 0) options.onAdopted?.(recovered.unsealed);
    const suite = suiteOf(recovered.suite);
    const key = openHeadKey(keyFolder, folder, suite.name, options.userId);
    const heads = await openHeadWriter({ folder, ledger: recovered.ledger, suite, key, openFile });
    const ledger = new FileLedger(folder, unlock, { ...options, openFile }, recovered, heads, sealKey.secret);
    await ledger.begin();
    return ledger;
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Append-only files with group commit: all records that wait share one write and one `fdatasync`, which run off
 * the event loop. After a failed write or sync nothing more goes to that segment: what the system did with the
 * pages is unknown, so the next batch starts a new one, whose header says how far the old one counts.
 */
class FileLedger implements Ledger {
  readonly nextId: Ledger['nextId'];
  readonly #folder: string;
  readonly #unlock: () => void;
  readonly #options: LedgerOptions & { readonly openFile: OpenFile };
  readonly #segmentBytes: number;
  readonly #tree: Recovered;
  readonly #heads: HeadWriter;
  readonly #places = new RecentPlaces(KEPT_PLACES);
  readonly #suite: ReturnType<typeof suiteOf>;
  readonly #sealKey: Buffer;
  #next: SegmentHeader;
  #segment: { readonly file: SegmentWriter; readonly seals: SealChain } | null = null;
  #durable: Pick<Position, 'segment' | 'bytes'>;
  /** What waits, and its bytes; while they are written, the next ones gather in another batch. */
  #waiting: Waiting[] = [];
  #filling: Batch;
  #spare: Batch;
  #committing: Promise<void> | null = null;
  #signing: Promise<Head> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #isUnwritable = false;
  #space: SpaceWatch | null = null;

  constructor(
    folder: string,
    unlock: () => void,
    options: LedgerOptions & { readonly openFile: OpenFile },
    recovered: Recovered,
    heads: HeadWriter,
    sealKey: Buffer,
  ) {
    this.nextId = createIds(options.now, heads.last?.time);
    this.#folder = folder;
    this.#unlock = unlock;
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#tree = recovered;
    this.#heads = heads;
    this.#suite = suiteOf(recovered.suite);
    this.#sealKey = sealKey;
    this.#filling = new Batch(this.#suite);
    this.#spare = new Batch(this.#suite);
    this.#next = recovered.next;
    this.#durable = { segment: recovered.next.segment, bytes: 0 };
  }

  /** Whoever cannot write now is not opened. */
  async begin(): Promise<void> {
    const { reserveBytes = 0, onUnwritable } = this.#options;
    const free = this.#options.freeBytes ?? freeBytes;
    this.#space = await watchSpace(this.#folder, reserveBytes, free, (error) => onUnwritable?.(error));
    await this.#openSegment();
    await this.signHead();
  }

  append(disclosure: Disclosure): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the ledger is closed'));
    if (this.#space?.isShort) return Promise.reject(new Error('the disk of the ledger is nearly full'));
    return new Promise((resolve, reject) => {
      this.#filling.add(disclosurePieces(disclosure));
      this.#waiting.push({ id: disclosure.id, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  get id(): string {
    return this.#tree.ledger;
  }

  get durable(): Position {
    return { ...this.#durable, records: this.#tree.frontier.size };
  }

  get suite(): SuiteName {
    return this.#tree.suite;
  }

  get isShortOfSpace(): boolean {
    return this.#space?.isShort ?? false;
  }

  get head(): Head | null {
    return this.#heads.last;
  }

  async prove(id: string): Promise<InclusionProof | null> {
    const index = this.#places.placeOf(id);
    if (index === undefined) return null;
    let head = this.#heads.last;
    if (!head || head.size <= index) head = await this.signHead();
    const path = inclusionProof(this.#suite, this.#tree.nodes, index, head.size);
    return { index, head, path: path.map((node) => node.toString('base64url')) };
  }

  proveConsistency(first: number, second: number): readonly string[] | null {
    const size = this.#tree.frontier.size;
    if (!(first > 0 && first <= second && second <= size)) return null;
    return consistencyProof(this.#suite, this.#tree.nodes, first, second).map((node) =>
      node.toString('base64url'),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#space?.close();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#committing;
    await this.signHead().catch((error: unknown) => this.#options.onProblem?.(error));
    await this.#heads.close();
    await this.#segment?.file.close();
    this.#tree.nodes.close();
    this.#unlock();
  }

  /** Signs what is durable now, unless the last head says the same already. One head at a time. */
  async signHead(): Promise<Head> {
    for (;;) {
      const { last } = this.#heads;
      if (last && last.size === this.#tree.frontier.size) return last;
      this.#signing ??= this.#writeHead().finally(() => {
        this.#signing = null;
      });
      await this.#signing;
    }
  }

  async #writeHead(): Promise<Head> {
    const { frontier, nodes } = this.#tree;
    const { size } = frontier;
    const root = frontier.root();
    const time = Math.max(this.#options.now(), this.#heads.last?.time ?? 0);
    const head = await this.#heads.write(size, root, time);
    nodes.flush();
    return head;
  }

  #signSoon(): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.signHead().catch((error: unknown) => this.#options.onProblem?.(error));
    }, this.#options.headMs ?? HEAD_MS);
    this.#timer.unref();
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await endOfTurn();
      const waiting = this.#waiting;
      const batch = this.#filling;
      this.#waiting = [];
      this.#filling = this.#spare;
      try {
        await this.#commit(batch);
        for (const [index, leaf] of batch.leaves.entries()) this.#enter(waiting[index]?.id, leaf);
        for (const one of waiting) one.resolve();
        this.#isUnwritable = false;
        if (this.#durable.bytes >= this.#segmentBytes) await this.#leaveSegment();
        this.#signSoon();
      } catch (error) {
        if (!this.#isUnwritable) this.#options.onUnwritable?.(error);
        this.#isUnwritable = true;
        await this.#leaveSegment();
        for (const one of waiting) one.reject(error);
        await sleep(RETRY_MS); // A full disk should not be filled with new segments as well.
      }
      batch.clear();
      this.#spare = batch;
    }
    this.#committing = null;
  }

  #enter(id: DisclosureId | undefined, leaf: Buffer): void {
    const { frontier, nodes } = this.#tree;
    if (id !== undefined) this.#places.note(id, frontier.size);
    frontier.append(leaf, (level, node) => nodes.add(level, node));
  }

  async #commit(batch: Batch): Promise<void> {
    const { file, seals } = this.#segment ?? (await this.#openSegment());
    batch.seal(seals);
    await file.append(batch.bytes);
    this.#durable = { segment: this.#next.segment, bytes: file.bytes };
  }

  async #openSegment(): Promise<{ readonly file: SegmentWriter; readonly seals: SealChain }> {
    const { openFile } = this.#options;
    const file = await SegmentWriter.create(openFile, this.#folder, this.#next, this.#segmentBytes);
    this.#segment = { file, seals: new SealChain(this.#suite.name, this.#sealKey, this.#next) };
    return this.#segment;
  }

  /** Closes a segment. What stands behind its durable length was not acknowledged: it is cut off, or declared void. */
  async #leaveSegment(): Promise<void> {
    const segment = this.#segment?.file;
    this.#segment = null;
    if (!segment) return;
    const excess = await segment.close();
    const { ledger, suite, format } = this.#next;
    this.#next = {
      format,
      ledger,
      suite,
      segment: this.#next.segment + 1,
      first: this.#tree.frontier.size,
      previous: { bytes: segment.bytes, excess },
    };
  }
}
