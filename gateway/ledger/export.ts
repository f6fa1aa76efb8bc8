import { listSegments, readBatches, readHeader } from './segment.ts';

/** One exported record: its place in the tree and the exact text whose hash is the leaf. */
export interface ExportedRecord {
  readonly index: number;
  readonly text: string;
}

/** The records of a ledger in the order of its tree, from the files alone. Damaged lines are left out. */
export function* exportLedger(folder: string): Generator<ExportedRecord> {
  const segments = listSegments(folder);
  for (const [at, { path }] of segments.entries()) {
    const follower = segments[at + 1];
    const limit = follower ? readHeader(follower.path)?.previous?.bytes : undefined;
    const header = readHeader(path);
    let index = header?.first ?? 0;
    for (const line of readBatches(path, header, limit)) {
      if (line.isUnwritten && !follower) break;
      if (line.number === 1) continue;
      const { text } = line;
      if (text !== null) yield { index, text };
      index++;
    }
  }
}
