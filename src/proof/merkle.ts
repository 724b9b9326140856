/**
 * The Merkle tree over the leaf hashes of the log (RFC 9162, section 2.1). The index of a leaf is the position of its event less one.
 *
 * Roots and proofs are computed from the hashes of complete subtrees, which never change once the log is long enough; where they come
 * from (tiles, a list of leaves) is the caller's choice. Sizes may exceed 2^32, so there are no bit operations.
 */
import { hash } from 'node:crypto';

/** The hash of a complete subtree: of the 2^height leaves from `index * 2^height` on. Height 0 is a leaf. */
export type SubtreeHash = (height: number, index: number) => Buffer;

const EMPTY_ROOT = hash('sha256', '', 'buffer');

const HASH_BYTES = 32;
/** One buffer for all calls, and the digest as a string: to allocate and join buffers takes longer than to hash. */
const hashInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** The hash of a node of the tree by those of its two children, which have 32 bytes each. */
export const nodeHash = (left: Buffer, right: Buffer): Buffer => {
  left.copy(hashInput, 1);
  right.copy(hashInput, 1 + HASH_BYTES);
  return Buffer.from(hash('sha256', hashInput, 'binary'), 'binary');
};

/** The root of a tree to which leaves are added one by one; keeps one hash for each complete subtree. */
export class TreeRootBuilder {
  /** The roots of the complete subtrees, the largest first. */
  readonly #subtrees: Buffer[];
  #size: number;

  /** Continues a tree. Throws RangeError unless there are as many subtrees as the binary form of the size has ones. */
  constructor(size = 0, subtrees: readonly Buffer[] = []) {
    const ones = size.toString(2).replaceAll('0', '').length;
    if (!Number.isSafeInteger(size) || size < 0 || subtrees.length !== ones)
      throw new RangeError('no tree of that size');
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  get size(): number {
    return this.#size;
  }

  /** The roots of the complete subtrees, the largest first: with the size, they are enough to continue the tree elsewhere. */
  get subtrees(): readonly Buffer[] {
    return [...this.#subtrees];
  }

  add(leaf: Buffer): void {
    let node = leaf;
    // Each trailing 1 bit of the size stands for a complete subtree to the left, which now becomes part of a larger one.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2)
      node = nodeHash(this.#subtrees.pop() as Buffer, node);
    this.#subtrees.push(node);
    this.#size += 1;
  }

  /** The hash of the empty string for a tree without leaves. */
  root(): Buffer {
    return (
      this.#subtrees.reduceRight<Buffer | null>(
        (right, left) => (right === null ? left : nodeHash(left, right)),
        null,
      ) ?? EMPTY_ROOT
    );
  }
}

/** The root of the tree over these leaves. */
export const rootOfLeaves = (leaves: readonly Buffer[]): Buffer => {
  const tree = new TreeRootBuilder();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
};

/** A function for the subtree hashes over a list of leaves, which computes each when it is called. */
export const subtreeHasherOf =
  (leaves: readonly Buffer[]): SubtreeHash =>
  (height, index) =>
    rootOfLeaves(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height));

/** The root of the tree of the first `size` leaves. */
export const rootAt = (size: number, subtree: SubtreeHash): Buffer =>
  size === 0 ? EMPTY_ROOT : rootOfRange(0, size, subtree);

/** The root over `size` leaves from `start`, which is a multiple of the smallest power of two that is not below `size`. */
const rootOfRange = (start: number, size: number, subtree: SubtreeHash): Buffer => {
  const height = Math.round(Math.log2(size));
  if (2 ** height === size) return subtree(height, start / size);
  const left = largestPowerOfTwoBelow(size);
  return nodeHash(rootOfRange(start, left, subtree), rootOfRange(start + left, size - left, subtree));
};

/**
 * The inclusion proof of a leaf in the tree of the first `size` leaves (RFC 9162, section 2.1.3.1): the hashes that lead from it to
 * the root, the lowest first. Throws RangeError where there is no such leaf.
 */
export const inclusionProof = (index: number, size: number, subtree: SubtreeHash): readonly Buffer[] => {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`no leaf ${index} of ${size}`);
  const path = (start: number, length: number): readonly Buffer[] => {
    if (length === 1) return [];
    const left = largestPowerOfTwoBelow(length);
    return index < start + left
      ? [...path(start, left), rootOfRange(start + left, length - left, subtree)]
      : [...path(start + left, length - left), rootOfRange(start, left, subtree)];
  };
  return path(0, size);
};

/**
 * The proof that the tree of the first `from` leaves is the beginning of that of the first `to` (RFC 9162, section 2.1.4.1). Throws
 * RangeError unless `1 <= from <= to`.
 */
export const consistencyProof = (from: number, to: number, subtree: SubtreeHash): readonly Buffer[] => {
  if (!isCount(from) || !isCount(to) || from < 1 || from > to) throw new RangeError(`no proof from ${from} to ${to}`);
  /** `isKnown`: the range is the whole older tree, whose root the verifier has. */
  const proof = (start: number, length: number, isKnown: boolean): readonly Buffer[] => {
    if (from - start === length) return isKnown ? [] : [rootOfRange(start, length, subtree)];
    const left = largestPowerOfTwoBelow(length);
    return from - start <= left
      ? [...proof(start, left, isKnown), rootOfRange(start + left, length - left, subtree)]
      : [...proof(start + left, length - left, false), rootOfRange(start, left, subtree)];
  };
  return proof(0, to, true);
};

/** The root to which an inclusion proof leads from a leaf; null for a proof of another length. */
export const rootFromInclusionProof = (
  leaf: Buffer,
  index: number,
  size: number,
  hashes: readonly Buffer[],
): Buffer | null => {
  const rest = [...hashes];
  const climb = (position: number, length: number): Buffer | null => {
    if (length === 1) return leaf;
    const left = largestPowerOfTwoBelow(length);
    const sibling = rest.pop();
    const own = position < left ? climb(position, left) : climb(position - left, length - left);
    if (sibling === undefined || own === null) return null;
    return position < left ? nodeHash(own, sibling) : nodeHash(sibling, own);
  };
  const root = index < size ? climb(index, size) : null;
  return rest.length === 0 ? root : null;
};

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The largest power of two below a number of two or more. */
const largestPowerOfTwoBelow = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};
