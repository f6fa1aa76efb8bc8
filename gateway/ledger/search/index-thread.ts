import { parentPort, workerData } from 'node:worker_threads';
import { letQueriesGoFirst } from '../../priority.ts';
import { type Batch, createBatchReader } from './batch.ts';
import type { Durable, LedgerFolders, Position } from './records.ts';

/** What is asked of this thread, and what it answers: one batch at a time. */
export interface BatchQuestion {
  readonly from: Position;
  readonly durable: Durable;
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

port.on('message', ({ from, durable }: BatchQuestion) => {
  let answer: BatchAnswer;
  try {
    answer = { ok: true, batch: reader.next(from, durable) };
  } catch (error) {
    answer = { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
});
