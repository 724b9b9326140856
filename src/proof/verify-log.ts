/** Verifies a whole log: every event against its leaf hash, and the tree of all leaves against checkpoints. */
import { verifyRecord } from '../event-store/codec.js';
import { readStoredLog } from '../event-store/copy.js';
import { StoreDamaged, type EventStore, type StoredEvent } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import type { Checkpoint } from './checkpoint.js';
import { TreeRoot } from './merkle.js';

export interface VerifiedLog {
  readonly events: number;
  /** Events recorded before there were leaf hashes; they come before all others. */
  readonly uncovered: number;
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
): Promise<VerifiedLog> => {
  const tree = new TreeRoot();
  let [events, uncovered, erased] = [0, 0, 0];
  const compareAt = (size: number): void => {
    for (const checkpoint of checkpoints)
      if (checkpoint.size === size && (uncovered > 0 || !tree.root().equals(checkpoint.root)))
        throw new StoreDamaged(`positions 1 to ${size}: they are not those of the checkpoint`);
  };
  compareAt(0);
  for await (const batch of readStoredLog(store)) {
    signal.throwIfAborted();
    for (const event of batch) {
      const state = verifyEvent(event, events + 1);
      if (state === 'uncovered' && events > uncovered)
        throw new StoreDamaged(`position ${event.position}: its leaf hash is missing`);
      events += 1;
      if (state === 'uncovered') uncovered += 1;
      if (state === 'erased') erased += 1;
      const leaf = Buffer.from(event.leaf ?? '', 'base64');
      tree.add(leaf);
      onLeaf(leaf, event);
      compareAt(events);
    }
    onProgress({ stage: 'events verified', done: events, total: null });
  }
  const longest = Math.max(0, ...checkpoints.map(({ size }) => size));
  if (longest > events)
    throw new StoreDamaged(`position ${events + 1}: missing; a checkpoint says that there were ${longest} events`);
  return { events, uncovered, erased, root: uncovered > 0 ? null : tree.root() };
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
