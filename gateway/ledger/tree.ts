import type { Suite } from './suite.ts';

/**
 * The Merkle tree of RFC 9162 §2.1 (as RFC 6962): leaves are hashed with a leading 0x00, nodes with 0x01. A node is
 * named by its level (0: leaves) and its index there; only complete subtrees have nodes, so a node never changes.
 */
export interface NodeReader {
  node(level: number, index: number): Buffer;
}

type Hash = Pick<Suite, 'hash'>;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
const HASH_BYTES = 32;
/** What a node is the hash of, for one after the other: in one piece it is hashed in half the time. */
const PIECE = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

export function hashLeaf({ hash }: Hash, record: string | Buffer): Buffer {
  return hash(LEAF, record);
}

function hashNode({ hash }: Hash, left: Buffer, right: Buffer): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) return hash(NODE, left, right); // A proof from outside may hold anything.
  left.copy(PIECE, 1);
  right.copy(PIECE, 1 + HASH_BYTES);
  return hash(PIECE);
}

/** The tree's right edge: enough to append and to know the root. */
export class Frontier {
  readonly #suite: Hash;
  /** By level, the complete subtree that waits for its sibling. */
  readonly #edge: (Buffer | null)[] = [];
  #size = 0;

  constructor(suite: Hash) {
    this.#suite = suite;
  }

  /** The edge of a tree whose complete nodes are known. */
  static of(suite: Hash, size: number, nodes: NodeReader): Frontier {
    const frontier = new Frontier(suite);
    frontier.#size = size;
    for (let level = 0; 2 ** level <= size; level++) {
      const count = Math.floor(size / 2 ** level);
      frontier.#edge[level] = count % 2 === 1 ? nodes.node(level, count - 1) : null;
    }
    return frontier;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a leaf's hash; tells every node that it completes. */
  append(leaf: Buffer, onNode?: (level: number, node: Buffer) => void): void {
    let node = leaf;
    let level = 0;
    onNode?.(0, node);
    for (let left = this.#edge[0]; left; left = this.#edge[level]) {
      node = hashNode(this.#suite, left, node);
      this.#edge[level] = null;
      level++;
      onNode?.(level, node);
    }
    this.#edge[level] = node;
    this.#size++;
  }

  /** RFC 9162 §2.1.1. */
  root(): Buffer {
    let root: Buffer | null = null;
    for (const node of this.#edge) {
      if (node) root = root === null ? node : hashNode(this.#suite, node, root);
    }
    return root ?? this.#suite.hash('');
  }
}

/** Root of the leaves `begin ≤ i < end`; `begin` is a multiple of the power of two that spans them. */
function subtree(suite: Hash, nodes: NodeReader, begin: number, end: number): Buffer {
  const size = end - begin;
  const split = splitOf(size);
  if (split * 2 === size || size === 1) return nodes.node(Math.log2(size), begin / size);
  return hashNode(
    suite,
    subtree(suite, nodes, begin, begin + split),
    subtree(suite, nodes, begin + split, end),
  );
}

/** The largest power of two smaller than `size` (RFC 9162 §2.1.1: `k < n <= 2k`). */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Root of the first `size` leaves. */
export function rootOf(suite: Hash, nodes: NodeReader, size: number): Buffer {
  return size === 0 ? suite.hash('') : subtree(suite, nodes, 0, size);
}

/** RFC 9162 §2.1.3.1. `0 <= index < size`. */
export function inclusionProof(suite: Hash, nodes: NodeReader, index: number, size: number): Buffer[] {
  const path = (begin: number, end: number): Buffer[] => {
    if (end - begin === 1) return [];
    const middle = begin + splitOf(end - begin);
    return index < middle
      ? [...path(begin, middle), subtree(suite, nodes, middle, end)]
      : [...path(middle, end), subtree(suite, nodes, begin, middle)];
  };
  return path(0, size);
}

/** RFC 9162 §2.1.4.1. `0 < first <= second`. */
export function consistencyProof(suite: Hash, nodes: NodeReader, first: number, second: number): Buffer[] {
  const proof = (begin: number, end: number, isWhole: boolean): Buffer[] => {
    if (first === end) return isWhole ? [] : [subtree(suite, nodes, begin, end)];
    const middle = begin + splitOf(end - begin);
    return first <= middle
      ? [...proof(begin, middle, isWhole), subtree(suite, nodes, middle, end)]
      : [...proof(middle, end, false), subtree(suite, nodes, begin, middle)];
  };
  return proof(0, second, true);
}

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/** RFC 9162 §2.1.3.2: does the leaf stand at `index` in the tree of `size` leaves with this root? */
export function verifyInclusion(
  suite: Hash,
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index < 0 || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const node of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = hashNode(suite, node, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else hash = hashNode(suite, hash, node);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && hash.equals(root);
}

/** RFC 9162 §2.1.4.2: does the second tree begin with the first? */
export function verifyConsistency(
  suite: Hash,
  first: { readonly size: number; readonly root: Buffer },
  second: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return proof.length === 0;
  const isPower = splitOf(first.size) * 2 === first.size || first.size === 1;
  const [start, ...rest] = isPower ? [first.root, ...proof] : proof;
  if (!start) return false;
  let fn = first.size - 1;
  let sn = second.size - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let before = start;
  let after = start;
  for (const node of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      before = hashNode(suite, node, before);
      after = hashNode(suite, node, after);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else after = hashNode(suite, after, node);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && before.equals(first.root) && after.equals(second.root);
}
