import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../files.ts';
import type { Database } from '../../store/index.ts';
import type { Batch } from './batch.ts';
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

const PAUSE_MS = 200;
const RETRY_MS = 1_000;
const FORGET_MS = 3_600_000;

export function startIndexer(options: IndexerOptions): Indexer {
  return new FileIndexer(options);
}

class FileIndexer implements Indexer {
  readonly #options: IndexerOptions;
  readonly #writer: IndexWriter;
  readonly #running: Promise<void>;
  #thread: Worker | null = null;
  #position: Position | null = null;
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
        const isMore = await this.#step();
        this.#isFailing = false;
        if (!isMore) await this.#pause(PAUSE_MS);
      } catch (error) {
        if (!this.#isFailing && !this.#isClosed) this.#options.onProblem(error);
        this.#isFailing = true;
        this.#position = null;
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** One batch; false when there is nothing to do. */
  async #step(): Promise<boolean> {
    const { now, ledger } = this.#options;
    const { durable } = ledger;
    this.#position ??= await this.#begin(durable);
    await this.#forget();
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
    return batch !== null;
  }

  /** Where the index stands; an index of more than there is belongs to other files, and is made anew. */
  async #begin(durable: Position): Promise<Position> {
    const position = await this.#writer.position();
    if (position.records <= durable.records) return position;
    await this.#writer.clear();
    return this.#writer.position();
  }

  async #forget(): Promise<void> {
    const now = this.#options.now();
    if (now - this.#forgottenAt < FORGET_MS) return;
    await this.#writer.forget(deletedRanges(this.#options.folder));
    this.#forgottenAt = now;
  }

  async #read(from: Position, durable: Position): Promise<Batch | null> {
    this.#thread ??= this.#startThread();
    const answered = once(this.#thread, 'message'); // Rejects when the thread fails.
    this.#thread.postMessage({ from, durable } satisfies BatchQuestion);
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
