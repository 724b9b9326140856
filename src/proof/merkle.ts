/** The Merkle tree over the leaf hashes of the log (RFC 9162, section 2.1). The index of a leaf is the position of its event less one. */
import { createHash } from 'node:crypto';

const NODE_PREFIX = Buffer.from([1]);
const EMPTY_ROOT = createHash('sha256').digest();

export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();

/** The root of a tree to which leaves are added one by one; keeps one hash for each complete subtree. */
export class TreeRoot {
  /** The roots of the complete subtrees, the largest first. */
  readonly #subtrees: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(leaf: Buffer): void {
    let node = leaf;
    // Each one among the last bits of the size is a complete subtree to the left that becomes part of a larger one.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2)
      node = nodeHash(this.#subtrees.pop() as Buffer, node);
    this.#subtrees.push(node);
    this.#size += 1;
  }

  /** SHA-256 of nothing for a tree without leaves. */
  root(): Buffer {
    return (
      this.#subtrees.reduceRight<Buffer | null>(
        (right, left) => (right === null ? left : nodeHash(left, right)),
        null,
      ) ?? EMPTY_ROOT
    );
  }
}

const rootOf = (leaves: readonly Buffer[]): Buffer => {
  const tree = new TreeRoot();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
};

/**
 * The inclusion proof of a leaf (RFC 9162, section 2.1.3.1): the hashes that lead from it to the root, the lowest first. Throws
 * RangeError where there is no such leaf.
 */
export const inclusionProof = (leaves: readonly Buffer[], index: number): readonly Buffer[] => {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index}`);
  if (leaves.length === 1) return [];
  const left = largestPowerBelow(leaves.length);
  return index < left
    ? [...inclusionProof(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...inclusionProof(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
};

/** The largest power of two below a number of two or more. */
const largestPowerBelow = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};
