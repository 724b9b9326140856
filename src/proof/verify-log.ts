/** Verifies a whole log: every event against its leaf hash, and the tree of all leaves against checkpoints. */
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyRecord } from '../event-store/codec.js';
import { readStoredLog } from '../event-store/copy.js';
import { StoreDamaged, StoreUnavailable, type EventStore, type StoredEvent } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { LOG_STREAM } from './adoption.js';
import type { Checkpoint } from './checkpoint.js';
import { TreeRoot } from './merkle.js';

export interface VerifiedLog {
  readonly events: number;
  /** Events recorded before there were leaf hashes, and not adopted, or not all; they come before all others. */
  readonly uncovered: number;
  /** Events that got their leaf hashes when they were adopted; they come before all others. */
  readonly adopted: number;
  /** Events whose personal part was erased. */
  readonly erased: number;
  /** Null if an event is not covered: then there is no tree. */
  readonly root: Buffer | null;
}

/**
 * Verifies up to the head of the log. `onLeaf` gets every leaf hash in order. Throws StoreDamaged with the first position that differs;
 * where every event fits its leaf hash and the tree does not lead to a checkpoint, with the size of that checkpoint.
 */
export const verifyLog = async (
  store: EventStore,
  checkpoints: readonly Checkpoint[],
  { signal, onProgress }: JobContext,
  onLeaf: (leaf: Buffer, event: StoredEvent) => void = () => undefined,
  pageSize?: number,
): Promise<VerifiedLog> => {
  const tree = new TreeRoot();
  const past = new Past();
  let [events, erased] = [0, 0];
  const compareAt = (size: number): void => {
    for (const checkpoint of checkpoints)
      if (checkpoint.size === size && (past.uncovered > 0 || !tree.root().equals(checkpoint.root)))
        throw new StoreDamaged(`positions 1 to ${size}: they are not those of the checkpoint`);
  };
  compareAt(0);
  for await (const batch of readStoredLog(store, pageSize)) {
    signal.throwIfAborted();
    for (const event of batch) {
      const state = verifyEvent(event, events + 1);
      events += 1;
      if (state === 'erased') erased += 1;
      const leaf = Buffer.from(event.leaf ?? '', 'base64');
      past.add(event, tree);
      tree.add(leaf);
      onLeaf(leaf, event);
      compareAt(events);
    }
    onProgress({ stage: 'events verified', done: events, total: null });
  }
  const longest = Math.max(0, ...checkpoints.map(({ size }) => size));
  if (longest > events)
    throw new StoreDamaged(`position ${events + 1}: missing; a checkpoint says that there were ${longest} events`);
  // An adoption that was not completed covers nothing.
  const adopted = past.isRecorded ? past.adopted : 0;
  const uncovered = past.uncovered + past.adopted - adopted;
  return { events, uncovered, adopted, erased, root: uncovered > 0 ? null : tree.root() };
};

/** The events at the beginning of a log that have no leaf hash of their own, and the event that says what they were adopted as. */
class Past {
  adopted = 0;
  uncovered = 0;
  isRecorded = false;
  #root: Buffer | null = null;

  /** To be called with each event, before its leaf is added to the tree. Throws StoreDamaged. */
  add(event: StoredEvent, before: TreeRoot): void {
    const { position, leaf, adopted } = event;
    const length = this.adopted + this.uncovered;
    if (leaf === null) {
      if (position > length + 1) throw new StoreDamaged(`position ${position}: its leaf hash is missing`);
      this.uncovered += 1;
    } else if (adopted !== undefined) {
      if (position > this.adopted + 1) throw this.#firstMissing();
      this.adopted += 1;
    } else {
      if (position === length + 1) this.#root = before.root();
      if (event.stream === LOG_STREAM && event.type === 'log-adopted') this.#record(event.payload);
    }
  }

  #record(payload: unknown): void {
    if (this.uncovered > 0) throw this.#firstMissing();
    const { events, root } = (payload as { readonly data: { readonly events?: unknown; readonly root?: unknown } })
      .data;
    if (events !== this.adopted || root !== this.#root?.toString('base64'))
      throw new StoreDamaged(`positions 1 to ${Number(events)}: they are not those that were adopted`);
    this.isRecorded = true;
  }

  #firstMissing(): StoreDamaged {
    return new StoreDamaged(`position ${this.adopted + 1}: its leaf hash is missing`);
  }
}

/** The id of the job that verifies the log of a service. */
export const VERIFY = 'verify';
/** Events a page: some milliseconds of work, between which the event loop does other things. */
const PAGE_SIZE = 100;
const RETRY_MS = 2_000;

/**
 * Verifies the log of a running service, once, and again from its start while it is not available. Returns the damage, or null if there
 * is none or the job was stopped first.
 */
export const findDamage = async (
  store: EventStore,
  readCheckpoints: () => readonly Checkpoint[],
  job: JobContext,
): Promise<StoreDamaged | null> => {
  const isStopped = (): boolean => job.signal.aborted;
  while (!isStopped())
    try {
      await verifyLog(store, readCheckpoints(), job, undefined, PAGE_SIZE);
      return null;
    } catch (error) {
      if (error instanceof StoreDamaged) return error;
      if (!(error instanceof StoreUnavailable) && !isStopped()) throw error;
      await sleep(RETRY_MS, undefined, { signal: job.signal, ref: false }).catch(() => undefined);
    }
  return null;
};

const verifyEvent = (event: StoredEvent, position: number): ReturnType<typeof verifyRecord> => {
  if (event.position !== position) throw new StoreDamaged(`position ${position}: missing`);
  try {
    return verifyRecord(event, event);
  } catch (error) {
    if (error instanceof StoreDamaged) throw new StoreDamaged(`position ${position}: ${error.message}`);
    throw error;
  }
};
