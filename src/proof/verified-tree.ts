/**
 * The tree over a log whose events are verified as they are added; and its tail, which is kept beside a checkpoint so that the end of
 * the log can be compared with it without reading the rest.
 */
import { createHash } from 'node:crypto';
import { verifyRecord } from '../event-store/codec.js';
import { StoreDamaged, type Cursor, type EventStore, type StoredEvent } from '../event-store/port.js';
import type { Checkpoint } from './checkpoint.js';
import { TreeRootBuilder } from './merkle.js';

/** The tree as it was some events before a checkpoint. With those events added, it has the signed root of the checkpoint. */
export interface TreeBeforeCheckpoint {
  readonly checkpoint: { readonly size: number; readonly root: string };
  /** The number of events before the tail, which are those under `subtrees`. */
  readonly start: number;
  /** The cursor of the last event before the tail; null if there is none. */
  readonly after: Cursor | null;
  /** The hashes of complete subtrees in base64, the largest first. */
  readonly subtrees: readonly string[];
}

interface TreeState {
  readonly size: number;
  readonly cursor: Cursor | null;
  readonly subtrees: readonly Buffer[];
}

/** Events between two remembered states of the tree. A tail starts at the last state but one: it has at most twice as many events. */
const TREE_STATE_INTERVAL = 128;

export class VerifiedTree {
  #tree: TreeRootBuilder;
  #cursor: Cursor | null;
  /** The states of the tree at the last two multiples of TREE_STATE_INTERVAL. */
  #earlierStates: readonly [TreeState, TreeState];

  /** Continues a tree of verified events. */
  constructor(from: TreeState = { size: 0, cursor: null, subtrees: [] }) {
    this.#tree = new TreeRootBuilder(from.size, from.subtrees);
    this.#cursor = from.cursor;
    this.#earlierStates = [from, from];
  }

  get size(): number {
    return this.#tree.size;
  }

  /** The cursor of the last event; null for none. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  root(): Buffer {
    return this.#tree.root();
  }

  /**
   * Adds an event. Throws StoreDamaged if it is not at the next position, or does not match its leaf hash. An event may have
   * no leaf hash; the tree then has no meaning.
   */
  add(event: StoredEvent, leaf = leafHashOf(event)): ReturnType<typeof verifyRecord> {
    const position = this.size + 1;
    const state = verifyAt(event, position);
    if (this.size % TREE_STATE_INTERVAL === 0 && this.size > this.#earlierStates[1].size)
      this.#earlierStates = [
        this.#earlierStates[1],
        { size: this.size, cursor: this.#cursor, subtrees: this.#tree.subtrees },
      ];
    this.#tree.add(leaf);
    this.#cursor = event.cursor;
    return state;
  }

  tail(): TreeBeforeCheckpoint {
    const [{ size, cursor, subtrees }] = this.#earlierStates;
    return {
      checkpoint: { size: this.size, root: this.root().toString('base64') },
      start: size,
      after: cursor,
      subtrees: subtrees.map((hash) => hash.toString('base64')),
    };
  }
}

const NO_LEAF = Buffer.alloc(32);

/** The leaf hash of an event; zeros where it has none. */
export const leafHashOf = ({ leaf }: StoredEvent): Buffer => (leaf === null ? NO_LEAF : Buffer.from(leaf, 'base64'));

const verifyAt = (event: StoredEvent, position: number): ReturnType<typeof verifyRecord> => {
  if (event.position !== position) throw new StoreDamaged(`position ${position}: missing`, { position });
  try {
    return verifyRecord(event, event);
  } catch (error) {
    if (error instanceof StoreDamaged) throw new StoreDamaged(`position ${position}: ${error.message}`, { position });
    throw error;
  }
};

/** Events read together. */
const PAGE_SIZE = 500;

/**
 * Extends `tree` by the events that follow it in the log, up to `size`, or up to the present end: a log that grows
 * might never end. Throws errors of the store.
 */
export const extendTree = async (store: EventStore, tree: VerifiedTree, size = Infinity): Promise<void> => {
  const head = await store.head();
  const isBefore = (end: Cursor): boolean => tree.cursor === null || store.compare(tree.cursor, end) < 0;
  while (tree.size < size && head !== null && isBefore(head)) {
    const page = await store.readStored(tree.cursor, Math.min(PAGE_SIZE, size - tree.size));
    if (page.length === 0) return;
    for (const event of page)
      if (tree.add(event) === 'uncovered')
        throw new StoreDamaged(`position ${tree.size}: its leaf hash is missing`, { position: tree.size });
  }
};

/**
 * Compares the end of a log with a checkpoint, and returns the tree up to it. Null if there is no tail of this checkpoint: then only
 * the whole log can be compared. Throws StoreDamaged if the log is shorter or another one.
 */
export const checkTail = async (
  store: EventStore,
  { size, root }: Checkpoint,
  tail: TreeBeforeCheckpoint | null,
): Promise<VerifiedTree | null> => {
  if (tail?.checkpoint.size !== size || tail.checkpoint.root !== root.toString('base64')) return null;
  const subtrees = tail.subtrees.map((hash) => Buffer.from(hash, 'base64'));
  const tree = new VerifiedTree({ size: tail.start, cursor: tail.after, subtrees });
  try {
    await extendTree(store, tree, size);
  } catch (error) {
    // A RangeError: the cursor of the tail is past the end of the log, or one of another log.
    if (!(error instanceof RangeError)) throw error;
  }
  if (tree.size < size) throw shorterThanCheckpointError(size, tree.size);
  if (!tree.root().equals(root)) throw differsFromCheckpointError(size);
  return tree;
};

/** The damage of a log that ends before the `size` events of a checkpoint. */
export const shorterThanCheckpointError = (size: number, events: number): StoreDamaged =>
  new StoreDamaged(`position ${events + 1}: missing; a checkpoint says that there were ${size} events`, {
    position: events + 1,
  });

/** The damage of a log whose events match their leaf hashes, but not the checkpoint. */
export const differsFromCheckpointError = (size: number): StoreDamaged =>
  new StoreDamaged(`positions 1 to ${size}: they are not those of the checkpoint`);

/** As text, with a checksum: a damaged tail must not look like a damaged log. */
export const formatTail = (tail: TreeBeforeCheckpoint): string => {
  const text = JSON.stringify(tail);
  return `${text}\n${checksumOf(text)}\n`;
};

/** Reads a tail from the text of its file; null for a text that is not whole. */
export const parseTail = (file: string): TreeBeforeCheckpoint | null => {
  const [text = '', sum] = file.split('\n');
  return checksumOf(text) === sum ? (JSON.parse(text) as TreeBeforeCheckpoint) : null;
};

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex');
