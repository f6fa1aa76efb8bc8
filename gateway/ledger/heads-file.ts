import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Head, hashHead, keysText, PublicKeys, signHead } from './head.ts';
import { encodeLine, listNumbered, readLines } from './segment.ts';
import type { OpenFile } from './segment-writer.ts';
import {
  type PublicKey,
  publicKeyOf,
  readPrivateKey,
  type Suite,
  type SuiteKey,
  type SuiteName,
  suiteOf,
  USUAL_USER_ID,
  writePrivateKey,
} from './suite.ts';

export const HEADS = 'heads.v2';
export const KEYS = 'keys.json';

export type HeadLine =
  | { readonly kind: 'head'; readonly head: Head; readonly end: number }
  | { readonly kind: 'bad' | 'torn'; readonly line: number };

/** The signed heads of a ledger, oldest first. A line without an end is torn: it was being written at a crash. */
export function* readHeads(folder: string): Generator<HeadLine> {
  const path = join(folder, HEADS);
  if (!existsSync(path)) return;
  for (const line of readLines(path)) {
    const head = parseHead(line.text);
    if (head) yield { kind: 'head', head, end: line.end };
    else yield { kind: line.isTorn ? 'torn' : 'bad', line: line.number };
  }
}

function parseHead(text: string | null): Head | null {
  if (text === null) return null;
  try {
    const parsed = Head.safeParse(JSON.parse(text));
    return parsed.success && JSON.stringify(parsed.data) === text ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The last head, for going on from it. Throws when heads before it cannot be read. */
export function lastHead(folder: string): { readonly head: Head | null; readonly end: number } {
  let last: { head: Head | null; end: number } = { head: null, end: 0 };
  for (const one of readHeads(folder)) {
    if (one.kind === 'bad') throw new Error(`${join(folder, HEADS)}:${one.line} is damaged`);
    if (one.kind === 'head') last = { head: one.head, end: one.end };
  }
  return last;
}

/** The suite that a ledger was begun with. */
export function ledgerSuite(folder: string): SuiteName {
  return lastHead(folder).head?.suite ?? 'sha256/ed25519';
}

/** The signing key of a ledger, made when missing, with the public keys of all times in `keys.json`. A new SM2 key gets the user ID. */
export function openHeadKey(
  keyFolder: string,
  folder: string,
  suiteName: SuiteName,
  userId: string = USUAL_USER_ID,
): SuiteKey {
  const suite = suiteOf(suiteName);
  mkdirSync(keyFolder, { recursive: true, mode: 0o700 });
  const newest = newestHeadKey(keyFolder);
  if (!newest) return addHeadKey(keyFolder, folder, suite, userId);
  const key = readPrivateKey(readFileSync(newest.path, 'utf8'));
  announce(folder, publicKeyOf(key, suite.name));
  return key;
}

/** Makes a new key, by which heads are signed from the next opening on. Returns its id. */
export function rotateLedgerKey(keyFolder: string, folder: string, userId: string = USUAL_USER_ID): string {
  const suite = suiteOf(ledgerSuite(folder));
  return publicKeyOf(addHeadKey(keyFolder, folder, suite, userId), suite.name).id;
}

function newestHeadKey(keyFolder: string) {
  return listNumbered(keyFolder, /^heads-(\d{6})\.pem$/).at(-1);
}

function addHeadKey(keyFolder: string, folder: string, suite: Suite, userId: string): SuiteKey {
  const number = (newestHeadKey(keyFolder)?.number ?? 0) + 1;
  const key = { key: suite.generateKey(), userId: suite.name === 'sm3/sm2' ? userId : '' };
  const pem = writePrivateKey(key);
  writeFileSync(join(keyFolder, `heads-${String(number).padStart(6, '0')}.pem`), pem, {
    mode: 0o600,
    flag: 'wx',
  });
  announce(folder, publicKeyOf(key, suite.name));
  return key;
}

export function readPublicKeys(folder: string): readonly PublicKey[] | null {
  const path = join(folder, KEYS);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  try {
    const parsed = PublicKeys.safeParse(JSON.parse(text));
    return parsed.success && keysText(parsed.data.keys) === text ? parsed.data.keys : null;
  } catch {
    return null;
  }
}

function announce(folder: string, key: PublicKey): void {
  const path = join(folder, KEYS);
  const known = existsSync(path) ? readPublicKeys(folder) : [];
  if (known === null) throw new Error(`${path} is damaged`);
  if (known.some((one) => one.id === key.id)) return;
  writeFileSync(`${path}.new`, keysText([...known, key]));
  renameSync(`${path}.new`, path);
}

export interface HeadWriter {
  readonly last: Head | null;
  /** Signs and keeps a head; resolves when it is durable. */
  write(size: number, root: Buffer, time: number): Promise<Head>;
  close(): Promise<void>;
}

export interface HeadWriterOptions {
  readonly folder: string;
  readonly ledger: string;
  readonly suite: Suite;
  readonly key: SuiteKey;
  readonly openFile: OpenFile;
}

/** Goes on with the heads of a ledger; a torn last line is cut off. */
export async function openHeadWriter(options: HeadWriterOptions): Promise<HeadWriter> {
  const { folder, ledger, suite, key } = options;
  const path = join(folder, HEADS);
  const found = lastHead(folder);
  if (existsSync(path) && statSync(path).size > found.end) await truncate(path, found.end);
  let last = found.head;
  let durable = found.end;
  let file: FileHandle | null = null;
  return {
    get last() {
      return last;
    },
    async write(size, root, time) {
      const previous = last ? hashHead(suite, last) : '';
      const head = signHead(suite, key, { ledger, size, root: root.toString('base64url'), time, previous });
      const line = Buffer.from(encodeLine(JSON.stringify(head)));
      file ??= await options.openFile(path, 'a', 0o640);
      try {
        await file.appendFile(line);
        await file.datasync();
      } catch (error) {
        await file.close().catch(() => undefined);
        file = null;
        await truncate(path, durable);
        throw error;
      }
      durable += line.length;
      last = head;
      return head;
    },
    async close() {
      await file?.close();
    },
  };
}
