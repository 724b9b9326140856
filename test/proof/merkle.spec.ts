/** The tree against the vectors of Certificate Transparency, and against the definition of RFC 9162 taken literally. */
import { createHash } from 'node:crypto';
import {
  consistencyProof,
  inclusionProof,
  nodeHash,
  rootAt,
  rootFromInclusionProof,
  subtreeHasherOf,
  TreeRootBuilder,
} from '../../src/proof/merkle.js';

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafHash = (data: Buffer): Buffer => sha256(Buffer.from([0]), data);
const rootOf = (leaves: readonly Buffer[]): string => {
  const tree = new TreeRootBuilder();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root().toString('hex');
};

/** MTH of RFC 9162, section 2.1.1, as it stands there. */
const definition = (leaves: readonly Buffer[]): Buffer => {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return nodeHash(definition(leaves.slice(0, left)), definition(leaves.slice(left)));
};

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from(String(i))));

it('has the roots that Certificate Transparency publishes', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const vectors = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  expect([0, 1, 2, 3, 4, 8].map((size) => rootOf(vectors.slice(0, size)))).toEqual([
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]);
});

it('has the root of the definition at every size', () => {
  for (let size = 0; size <= leaves.length; size++) {
    expect(rootOf(leaves.slice(0, size))).toBe(definition(leaves.slice(0, size)).toString('hex'));
    expect(rootAt(size, subtreeHasherOf(leaves))).toEqual(definition(leaves.slice(0, size)));
  }
});

it('proves every leaf at every size by hashes that lead to the root', () => {
  /** Rebuilds the root of a range from a leaf and its proof, by the definition. */
  const climb = (size: number, index: number, leaf: Buffer, proof: readonly Buffer[]): Buffer => {
    if (size === 1) return leaf;
    let left = 1;
    while (left * 2 < size) left *= 2;
    const [lower, last] = [proof.slice(0, -1), proof.at(-1) as Buffer];
    return index < left
      ? nodeHash(climb(left, index, leaf, lower), last)
      : nodeHash(last, climb(size - left, index - left, leaf, lower));
  };
  for (const size of [1, 2, 3, 7, 8, 9, 33, 70])
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(index, size, subtreeHasherOf(leaves));
      const leaf = leaves[index] as Buffer;
      expect(climb(size, index, leaf, proof).toString('hex')).toBe(rootOf(leaves.slice(0, size)));
      expect(rootFromInclusionProof(leaf, index, size, proof)?.toString('hex')).toBe(rootOf(leaves.slice(0, size)));
      expect(rootFromInclusionProof(leaf, index, size, [...proof, leaf])).toBeNull();
      expect(rootFromInclusionProof(leaf, index, size, proof.slice(1))).toEqual(size === 1 ? leaf : null);
    }
  for (const [index, size] of [
    [70, 70],
    [-1, 70],
    [0.5, 70],
    [0, 0],
  ] as const)
    expect(() => inclusionProof(index, size, subtreeHasherOf(leaves))).toThrow(RangeError);
  expect(rootFromInclusionProof(leaves[0] as Buffer, 3, 3, [])).toBeNull();
});

it('proves that every smaller tree is the beginning of every larger one', () => {
  /** Rebuilds both roots from the proof, by the definition: SUBPROOF of RFC 9162, section 2.1.4.1, read backwards. */
  const rebuild = (from: number, to: number, known: Buffer | null, proof: Buffer[]): readonly [Buffer, Buffer] => {
    if (from === to) {
      const root = known ?? (proof.pop() as Buffer);
      return [root, root];
    }
    let left = 1;
    while (left * 2 < to) left *= 2;
    const sibling = proof.pop() as Buffer;
    if (from <= left) {
      const [older, newer] = rebuild(from, left, known, proof);
      return [older, nodeHash(newer, sibling)];
    }
    const [older, newer] = rebuild(from - left, to - left, null, proof);
    return [nodeHash(sibling, older), nodeHash(sibling, newer)];
  };
  for (let to = 1; to <= 40; to++)
    for (let from = 1; from <= to; from++) {
      const [older, newer] = [rootAt(from, subtreeHasherOf(leaves)), rootAt(to, subtreeHasherOf(leaves))];
      const proof = [...consistencyProof(from, to, subtreeHasherOf(leaves))];
      expect(rebuild(from, to, older, proof)).toEqual([older, newer]);
      expect(proof).toEqual([]);
    }
  for (const [from, to] of [
    [0, 5],
    [6, 5],
    [1.5, 5],
  ] as const)
    expect(() => consistencyProof(from, to, subtreeHasherOf(leaves))).toThrow(RangeError);
});
