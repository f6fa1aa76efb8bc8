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
  pending: Buffer[];
}

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
      level.pending = [];
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
    this.#level(level).pending.push(node);
  }

  node(level: number, index: number): Buffer {
    const { file, written, pending } = this.#level(level);
    const waiting = pending[index - written];
    if (waiting) return waiting;
    const node = Buffer.alloc(NODE_BYTES);
    if (readSync(file, node, 0, NODE_BYTES, index * NODE_BYTES) !== NODE_BYTES)
      throw new Error(`the tree has no node ${index} at level ${level}`);
    return node;
  }

  flush(): void {
    for (const level of this.#levels) {
      if (level.pending.length === 0) continue;
      const bytes = Buffer.concat(level.pending);
      writeSync(level.file, bytes, 0, bytes.length, level.written * NODE_BYTES);
      level.written += level.pending.length;
      level.pending = [];
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
        pending: [],
      });
    }
    return this.#levels[level] as Level;
  }
}
