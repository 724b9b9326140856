/** Verifies a whole log: every event against its leaf hash, and the tree of all leaves against checkpoints. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readStoredLog } from '../event-store/copy.js';
import { StoreDamaged, StoreUnavailable, type EventStore, type StoredEvent } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { LOG_STREAM } from './adoption.js';
import type { Checkpoint } from './checkpoint.js';
import { firstDifferenceFromCheckpoint } from './first-difference.js';
import {
  leafHashOf,
  differsFromCheckpointError,
  shorterThanCheckpointError,
  VerifiedTree,
  type TreeBeforeCheckpoint,
} from './verified-tree.js';

export interface VerifiedLog {
  readonly events: number;
  /** Events without a leaf hash, or whose adoption was not completed; recorded before leaf hashes existed, they come first. */
  readonly uncovered: number;
  /** Events that got their leaf hashes when they were adopted; they come before all others. */
  readonly adopted: number;
  /** Events whose personal part was erased. */
  readonly erased: number;
  /** Null if an event is not covered: then there is no tree. */
  readonly tree: VerifiedTree | null;
  /** The tail of the longest checkpoint, with which the end of the log is compared later; null without a checkpoint. */
  readonly tail: TreeBeforeCheckpoint | null;
}

export interface VerificationOptions {
  /** The path of the file with the tiles, which tell where the log begins to differ from a checkpoint. */
  readonly tilesPath?: string;
  /** Called with every leaf hash, in order. */
  readonly onLeaf?: (leaf: Buffer, event: StoredEvent) => void;
  readonly pageSize?: number;
}

/**
 * Verifies the log up to its head. Throws StoreDamaged with the first position that differs. If every event fits its leaf hash but the
 * root is not that of a checkpoint, only tiles of that checkpoint tell the position; without, the error has just the checkpoint's size.
 */
export const verifyLog = async (
  store: EventStore,
  checkpoints: readonly Checkpoint[],
  job: JobContext,
  options: VerificationOptions = {},
): Promise<VerifiedLog> => {
  try {
    return await verifyEveryEvent(store, checkpoints, job, options);
  } catch (error) {
    if (!(error instanceof StoreDamaged) || options.tilesPath === undefined) throw error;
    const difference = await firstDifferenceFromCheckpoint(store, checkpoints, options.tilesPath).catch(() => null);
    throw difference !== null && isEarlierDamage(difference, error) ? difference : error;
  }
};

/** Orders damages by position; a damage without a known position comes last. */
const isEarlierDamage = (a: StoreDamaged, b: StoreDamaged): boolean =>
  (a.position ?? Infinity) < (b.position ?? Infinity);

const verifyEveryEvent = async (
  store: EventStore,
  checkpoints: readonly Checkpoint[],
  { signal, onProgress }: JobContext,
  { onLeaf, pageSize }: VerificationOptions,
): Promise<VerifiedLog> => {
  const tree = new VerifiedTree();
  const past = new EventsBeforeLeafHashes();
  let erased = 0;
  let tail: TreeBeforeCheckpoint | null = null;
  const checkpointsBySize = groupBySize(checkpoints);
  const compareAt = (size: number): void => {
    for (const { root } of checkpointsBySize.get(size) ?? []) {
      if (past.uncovered > 0 || !tree.root().equals(root)) throw differsFromCheckpointError(size);
      tail = tree.tail();
    }
  };
  compareAt(0);
  for await (const batch of readStoredLog(store, pageSize)) {
    signal.throwIfAborted();
    for (const event of batch) {
      const before = past.needsRoot(event) ? tree.root() : null;
      const leaf = leafHashOf(event);
      if (tree.add(event, leaf) === 'erased') erased += 1;
      past.add(event, before);
      onLeaf?.(leaf, event);
      compareAt(tree.size);
    }
    onProgress({ stage: 'events verified', done: tree.size, total: null });
  }
  const longest = Math.max(0, ...checkpointsBySize.keys());
  if (longest > tree.size) throw shorterThanCheckpointError(longest, tree.size);
  // An adoption that was not completed covers nothing.
  const adopted = past.isAdoptionRecorded ? past.adopted : 0;
  const uncovered = past.uncovered + past.adopted - adopted;
  return { events: tree.size, uncovered, adopted, erased, tree: uncovered > 0 ? null : tree, tail };
};

const groupBySize = (checkpoints: readonly Checkpoint[]): ReadonlyMap<number, readonly Checkpoint[]> => {
  const groups = new Map<number, Checkpoint[]>();
  for (const checkpoint of checkpoints)
    groups.set(checkpoint.size, [...(groups.get(checkpoint.size) ?? []), checkpoint]);
  return groups;
};

/**
 * Tracks the events at the beginning of the log that have no leaf hash of their own, and the event that records their
 * adoption.
 */
class EventsBeforeLeafHashes {
  adopted = 0;
  uncovered = 0;
  isAdoptionRecorded = false;
  #root: Buffer | null = null;

  /** Whether `add` needs the root of the events before this one, which is so for the first event with a leaf hash of its own. */
  needsRoot({ position, leaf, adopted }: StoredEvent): boolean {
    return leaf !== null && adopted === undefined && position === this.adopted + this.uncovered + 1;
  }

  /** To be called with each event, in order; with the root of the events before it if `needsRoot`, else null. Throws StoreDamaged. */
  add(event: StoredEvent, root: Buffer | null): void {
    const { position, leaf, adopted } = event;
    const length = this.adopted + this.uncovered;
    if (leaf === null) {
      if (position > length + 1) throw missingLeafHashError(position);
      this.uncovered += 1;
    } else if (adopted !== undefined) {
      if (position > this.adopted + 1) throw this.#firstMissing();
      this.adopted += 1;
    } else {
      this.#root = root ?? this.#root;
      if (event.stream === LOG_STREAM && event.type === 'log-adopted') this.#record(event.payload);
    }
  }

  #record(payload: unknown): void {
    if (this.uncovered > 0) throw this.#firstMissing();
    const { events, root } = (payload as { readonly data: { readonly events?: unknown; readonly root?: unknown } })
      .data;
    if (events !== this.adopted || root !== this.#root?.toString('base64'))
      throw new StoreDamaged(`positions 1 to ${Number(events)}: they are not those that were adopted`);
    this.isAdoptionRecorded = true;
  }

  #firstMissing(): StoreDamaged {
    return missingLeafHashError(this.adopted + 1);
  }
}

const missingLeafHashError = (position: number): StoreDamaged =>
  new StoreDamaged(`position ${position}: its leaf hash is missing`, { position });

/** The id of the job that verifies the log of a service. */
export const VERIFY_JOB = 'verify';
/** Events a page: some milliseconds of work, between which the event loop does other things. */
const PAGE_SIZE = 100;
const RETRY_MS = 2_000;

/**
 * Verifies a log to which a service may be writing; starts again from the first event whenever the store was not available. Returns what
 * was found, the damage if the log is not as it was recorded, or null if the job was stopped first.
 */
export const verifyWhenAvailable = async (
  store: EventStore,
  readCheckpoints: () => readonly Checkpoint[],
  tilesPath: string,
  job: JobContext,
): Promise<VerifiedLog | StoreDamaged | null> => {
  const isStopped = (): boolean => job.signal.aborted;
  while (!isStopped())
    try {
      return await verifyLog(store, readCheckpoints(), job, { tilesPath, pageSize: PAGE_SIZE });
    } catch (error) {
      if (error instanceof StoreDamaged) return error;
      if (!(error instanceof StoreUnavailable) && !isStopped()) throw error;
      await sleep(RETRY_MS, undefined, { signal: job.signal, ref: false }).catch(() => undefined);
    }
  return null;
};
