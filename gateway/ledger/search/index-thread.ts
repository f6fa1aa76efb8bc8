import { parentPort, workerData } from 'node:worker_threads';
import { letQueriesGoFirst } from '../../priority.ts';
import { type Batch, createBatchReader, type Most } from './batch.ts';
import type { Piece } from './chunk.ts';
import type { Durable, LedgerFolders, Position } from './records.ts';

/** What is asked of this thread, and what it answers: one batch at a time. */
export interface BatchQuestion {
  readonly from: Position;
  readonly durable: Durable;
  readonly most: Most;
  /** Given when the index has begun anew: see `begin` of the reader. */
  readonly unpacked: Piece | null;
}
export type BatchAnswer =
  | { readonly ok: true; readonly batch: Batch | null }
  | { readonly ok: false; readonly message: string };

/** Reading and taking records apart costs more than writing them: it is done here, beside the queries' thread. */
const port = parentPort;
if (!port) throw new Error('this is the thread of the ledger’s index, not a program');
letQueriesGoFirst();
const folders: LedgerFolders = workerData;
const reader = createBatchReader(folders);

port.on('message', ({ from, durable, most, unpacked }: BatchQuestion) => {
  let batch: Batch | null;
  try {
    if (unpacked) reader.begin(unpacked);
    batch = reader.next(from, durable, most);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ ok: false, message } satisfies BatchAnswer);
    return;
  }
  const moved = batch ? [batch.subjects.buffer, ...(batch.chunk ? [batch.chunk.postings.buffer] : [])] : [];
  port.postMessage({ ok: true, batch } satisfies BatchAnswer, moved);
});
