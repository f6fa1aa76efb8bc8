import { existsSync, statSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { encodeLine, type Line, readLines } from '../segment.ts';

/** Lines of the same form as a segment's, added durably one by one. */
export interface LineFile {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The texts of a file of such lines. Throws at a damaged one; a torn last line was never acknowledged. */
export function* readTexts(path: string): Generator<string> {
  if (!existsSync(path)) return;
  for (const line of readLines(path)) if (isWhole(path, line)) yield line.text ?? '';
}

/** Goes on with a file: what a crash left of its last line is cut off. */
export async function openLines(path: string): Promise<LineFile> {
  let durable = 0;
  if (existsSync(path)) {
    for (const line of readLines(path)) if (isWhole(path, line)) durable = line.end;
    if (statSync(path).size > durable) truncateSync(path, durable);
  }
  let file: FileHandle | null = null;
  return {
    async append(text) {
      const line = Buffer.from(encodeLine(text));
      file ??= await open(path, 'a', 0o640);
      try {
        await file.appendFile(line);
        await file.datasync();
        durable += line.length;
      } catch (error) {
        await file.close().catch(() => undefined);
        file = null;
        truncateSync(path, durable);
        throw error;
      }
    },
    async close() {
      await file?.close();
    },
  };
}

function isWhole(path: string, line: Line): boolean {
  if (line.bytes !== null) return true;
  if (line.isTorn) return false;
  throw new Error(`${path}:${line.number} does not fit its checksum`);
}
