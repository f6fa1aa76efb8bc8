import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { NodeReader } from './tree.ts';

const NODE_BYTES = 32;

interface Level {
  readonly file: number;
  written: number;
  /** The bytes of the nodes that are not in the file yet, and how many they are: objects of their own would have to be collected. */
  pending: Buffer;
  waiting: number;
}

/** So many nodes wait before there has to be more room. */
const WAITING = 1_024;

/**
 * The tree's nodes in files, one for each level, 32 bytes a node. Derived from the segments and never the proof
 * itself: what is missing or does not fit a signed root is computed again.
 */
export class TreeFiles implements NodeReader {
  readonly #folder: string;
  readonly #levels: Level[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o750 });
  }

  /** Keeps what belongs to a tree of `size` leaves; false when nodes of it are missing. */
  cutTo(size: number): boolean {
    for (let level = 0; 2 ** level <= size; level++) {
      if (this.#level(level).written < Math.floor(size / 2 ** level)) return false;
    }
    for (const [index, level] of this.#levels.entries()) {
      level.waiting = 0;
      level.written = Math.floor(size / 2 ** index);
      ftruncateSync(level.file, level.written * NODE_BYTES);
    }
    return true;
  }

  clear(): void {
    this.close();
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
  }

  add(level: number, node: Buffer): void {
    const to = this.#level(level);
    if ((to.waiting + 1) * NODE_BYTES > to.pending.length)
      to.pending = Buffer.concat([to.pending, to.pending]);
    to.pending.set(node, to.waiting * NODE_BYTES);
    to.waiting++;
  }

  node(level: number, index: number): Buffer {
    const { file, written, pending, waiting } = this.#level(level);
    const node = Buffer.alloc(NODE_BYTES);
    if (index >= written && index < written + waiting) {
      pending.copy(node, 0, (index - written) * NODE_BYTES);
      return node;
    }
    if (readSync(file, node, 0, NODE_BYTES, index * NODE_BYTES) !== NODE_BYTES)
      throw new Error(`the tree has no node ${index} at level ${level}`);
    return node;
  }

  flush(): void {
    for (const level of this.#levels) {
      if (level.waiting === 0) continue;
      writeSync(level.file, level.pending, 0, level.waiting * NODE_BYTES, level.written * NODE_BYTES);
      level.written += level.waiting;
      level.waiting = 0;
    }
  }

  close(): void {
    for (const { file } of this.#levels) closeSync(file);
    this.#levels.length = 0;
  }

  #level(level: number): Level {
    for (let next = this.#levels.length; next <= level; next++) {
      const path = join(this.#folder, `level-${String(next).padStart(2, '0')}`);
      const file = openSync(path, 'a+', 0o640);
      closeSync(file); // 'a+' makes the file; 'r+' writes where it is told to.
      const opened = openSync(path, 'r+');
      this.#levels.push({
        file: opened,
        written: Math.floor(fstatSync(opened).size / NODE_BYTES),
        pending: Buffer.alloc(WAITING * NODE_BYTES),
        waiting: 0,
      });
    }
    return this.#levels[level] as Level;
  }
}
