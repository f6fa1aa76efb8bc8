import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suiteOf } from '../../../gateway/ledger/suite.ts';
import {
  consistencyProof,
  Frontier,
  hashLeaf,
  inclusionProof,
  type NodeReader,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../gateway/ledger/tree.ts';

const suite = suiteOf('sha256/ed25519');

/** RFC 9162 §2.1.1, word for word: the reference. */
function treeHash(records: readonly string[]): Buffer {
  if (records.length === 0) return suite.hash('');
  const [only = ''] = records;
  if (records.length === 1) return hashLeaf(suite, only);
  let split = 1;
  while (split * 2 < records.length) split *= 2;
  const parts = [Buffer.from([1]), treeHash(records.slice(0, split)), treeHash(records.slice(split))];
  return suite.hash(Buffer.concat(parts));
}

const recordsOf = (size: number): string[] => Array.from({ length: size }, (_, index) => `record ${index}`);

function grow(size: number) {
  const levels: Buffer[][] = [];
  const nodes: NodeReader = {
    node(level, index) {
      const node = levels[level]?.[index];
      if (!node) throw new Error(`no node ${level}/${index}`);
      return node;
    },
  };
  const frontier = new Frontier(suite);
  for (const record of recordsOf(size)) {
    frontier.append(hashLeaf(suite, record), (level, node) => {
      levels[level] ??= [];
      levels[level].push(node);
    });
  }
  return { frontier, nodes };
}

const SIZE = 130;
const { nodes } = grow(SIZE);
const roots = Array.from({ length: SIZE + 1 }, (_, size) => treeHash(recordsOf(size)));
const rootAt = (size: number): Buffer => roots[size] ?? Buffer.alloc(0);

describe('the tree of RFC 9162 §2.1', () => {
  it('has the known root of nothing and of one empty record', () => {
    expect(treeHash([]).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(hashLeaf(suite, '').toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it('has the defined root at every size, from its edge and from its nodes', () => {
    for (let size = 0; size <= SIZE; size++) {
      expect(grow(size).frontier.root()).toEqual(rootAt(size));
      expect(rootOf(suite, nodes, size)).toEqual(rootAt(size));
      expect(Frontier.of(suite, size, nodes).root()).toEqual(rootAt(size));
    }
  });

  it('proves every record in every tree', () => {
    for (let size = 1; size <= SIZE; size += 7) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(suite, nodes, index, size);
        const leaf = hashLeaf(suite, `record ${index}`);
        expect(verifyInclusion(suite, leaf, index, size, proof, rootAt(size))).toBe(true);
      }
    }
  });

  it('proves that every tree begins with every smaller one', () => {
    for (let second = 1; second <= SIZE; second += 3) {
      for (let first = 1; first <= second; first++) {
        const proof = consistencyProof(suite, nodes, first, second);
        const trees = [
          { size: first, root: rootAt(first) },
          { size: second, root: rootAt(second) },
        ] as const;
        expect(verifyConsistency(suite, ...trees, proof)).toBe(true);
      }
    }
  });

  it('proves nothing that is not so', () => {
    const size = fc.integer({ min: 1, max: SIZE });
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (total, at, claimed, bit, other) => {
        const index = at % total;
        const proof = inclusionProof(suite, nodes, index, total);
        const leaf = hashLeaf(suite, `record ${index}`);
        const place = claimed % total;
        if (place !== index)
          expect(verifyInclusion(suite, leaf, place, total, proof, rootAt(total))).toBe(false);
        const tampered = proof.map((node) => Buffer.from(node));
        const hit = tampered[other % Math.max(1, tampered.length)];
        if (!hit) return;
        hit[bit % 32]! ^= 1 << (bit % 8);
        expect(verifyInclusion(suite, leaf, index, total, tampered, rootAt(total))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(size, size, fc.nat(), fc.nat(), (a, b, bit, other) => {
        const [first, second] = a <= b ? [a, b] : [b, a];
        const proof = consistencyProof(suite, nodes, first, second).map((node) => Buffer.from(node));
        const hit = proof[other % Math.max(1, proof.length)];
        if (!hit) return;
        hit[bit % 32]! ^= 1 << (bit % 8);
        const trees = [
          { size: first, root: rootAt(first) },
          { size: second, root: rootAt(second) },
        ] as const;
        expect(verifyConsistency(suite, ...trees, proof)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no part of a hash for the whole, also just after it has seen the whole', () => {
    for (let index = 0; index < 8; index++) {
      const leaf = hashLeaf(suite, `record ${index}`);
      const proof = inclusionProof(suite, nodes, index, 8);
      for (const cut of [0, 1, 31]) {
        expect(verifyInclusion(suite, leaf, index, 8, proof, rootAt(8))).toBe(true);
        const short = proof.map((node) => node.subarray(0, cut));
        expect(verifyInclusion(suite, leaf, index, 8, short, rootAt(8))).toBe(false);
      }
    }
  });
});
