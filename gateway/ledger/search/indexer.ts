import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../files.ts';
import type { Database } from '../../store/index.ts';
import type { Batch, Most } from './batch.ts';
import type { Piece } from './chunk.ts';
import type { BatchAnswer, BatchQuestion } from './index-thread.ts';
import { createIndexWriter, type IndexWriter } from './index-writer.ts';
import { deletedRanges, type LedgerFolders, type Position } from './records.ts';

/** Brings a ledger's records into the SQL store, behind the files: whether it keeps up holds nobody up. */
export interface Indexer {
  /** How far it is, and since when it has not been up to date (0: it is). */
  state(): { readonly records: number; readonly behind: number; readonly lagMs: number };
  /** Makes the index anew from the files. Resolves when the old one is gone. */
  rebuild(): Promise<void>;
  /** Finishes the batch that is under way. What is left is done after the next start. */
  close(): Promise<void>;
}

export interface IndexerOptions extends LedgerFolders {
  readonly database: Database;
  readonly ledger: { readonly id: string; readonly durable: Position };
  readonly now: () => number;
  /** Told, once for each row of failures, of what keeps the index from going on. */
  onProblem(error: unknown): void;
}

/** Between two looks at the ledger, and between two batches: many records in one cost less than one after the other. */
const PAUSE_MS = 200;
const BATCH_PAUSE_MS = 200;
const RETRY_MS = 1_000;
const FORGET_MS = 3_600_000;

/** The embedded database has one connection, and a slower one: who else asks it waits for a batch. */
const MOST: Readonly<Record<Database['kind'], Most>> = {
  server: { records: 4_000, subjects: 200_000 },
  embedded: { records: 2_000, subjects: 50_000 },
};

export function startIndexer(options: IndexerOptions): Indexer {
  return new FileIndexer(options);
}

class FileIndexer implements Indexer {
  readonly #options: IndexerOptions;
  readonly #writer: IndexWriter;
  readonly #running: Promise<void>;
  #thread: Worker | null = null;
  #position: Position | null = null;
  /** What the thread is to be told before its next batch. */
  #unpacked: Piece | null = null;
  #upToDateAt: number;
  #forgottenAt = 0;
  #isFailing = false;
  #isClosed = false;
  #wake: (() => void) | null = null;
  #rebuilding: Promise<void> | null = null;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#writer = createIndexWriter(options.database, options.ledger.id);
    this.#upToDateAt = options.now();
    this.#running = this.#run();
  }

  state() {
    const { now, ledger } = this.#options;
    const records = this.#position?.records ?? 0;
    const behind = Math.max(0, ledger.durable.records - records);
    return { records, behind, lagMs: behind === 0 ? 0 : now() - this.#upToDateAt };
  }

  async rebuild(): Promise<void> {
    this.#rebuilding ??= this.#writer.clear().finally(() => {
      this.#rebuilding = null;
      this.#position = null; // A batch that was under way does not fit any more, and is not stored.
    });
    await this.#rebuilding;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    await this.#running;
    await this.#thread?.terminate();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const pause = await this.#step();
        this.#isFailing = false;
        if (pause > 0) await this.#pause(pause);
      } catch (error) {
        if (!this.#isFailing && !this.#isClosed) this.#options.onProblem(error);
        this.#isFailing = true;
        this.#position = null;
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** One batch at most; for how long to pause after it. */
  async #step(): Promise<number> {
    const { now, ledger } = this.#options;
    const { durable } = ledger;
    await this.#forget();
    this.#position ??= await this.#begin(durable);
    const from = this.#position;
    const askedAt = now();
    const batch =
      from.segment === durable.segment && from.bytes >= durable.bytes
        ? null
        : await this.#read(from, durable);
    if (batch) {
      const isStored = await this.#writer.store(batch);
      if (this.#position === from) this.#position = isStored ? batch.to : null;
    }
    if ((this.#position?.records ?? 0) >= durable.records) this.#upToDateAt = askedAt;
    if (!batch) return PAUSE_MS;
    return batch.isFull ? 0 : BATCH_PAUSE_MS;
  }

  /** Where the index stands; an index of more than there is belongs to other files, and is made anew. */
  async #begin(durable: Position): Promise<Position> {
    let stopped = await this.#writer.stopped();
    if (stopped.position.records > durable.records) {
      await this.#writer.clear();
      stopped = await this.#writer.stopped();
    }
    this.#unpacked = stopped.unpacked;
    return stopped.position;
  }

  async #forget(): Promise<void> {
    const now = this.#options.now();
    if (now - this.#forgottenAt < FORGET_MS) return;
    const isChanged = await this.#writer.forget(deletedRanges(this.#options.folder));
    if (isChanged) this.#position = null; // The thread must not pack what was forgotten.
    this.#forgottenAt = now;
  }

  async #read(from: Position, durable: Position): Promise<Batch | null> {
    this.#thread ??= this.#startThread();
    const answered = once(this.#thread, 'message'); // Rejects when the thread fails.
    const unpacked = this.#unpacked;
    this.#unpacked = null;
    const most = MOST[this.#options.database.kind];
    this.#thread.postMessage({ from, durable, most, unpacked } satisfies BatchQuestion);
    const [answer]: BatchAnswer[] = await answered;
    if (!answer) return null;
    if (!answer.ok) throw new Error(`台账索引 index of the ledger: ${answer.message}`);
    return answer.batch;
  }

  #startThread(): Worker {
    const { folder, keyFolder } = this.#options;
    const thread = new Worker(builtFile(import.meta.url, './index-thread.js'), {
      workerData: { folder, keyFolder } satisfies LedgerFolders,
    });
    thread.unref();
    thread.on('error', () => {
      this.#thread = null;
    });
    return thread;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
