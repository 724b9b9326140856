/**
 * Finds the position at which a log begins to differ from a checkpoint. The root alone does not tell; the leaf hashes
 * in the tiles do, if they lead to the root of the checkpoint.
 */
import { setImmediate } from 'node:timers/promises';
import { readStoredLog } from '../event-store/copy.js';
import { StoreDamaged, type EventStore } from '../event-store/port.js';
import type { Checkpoint } from './checkpoint.js';
import { TreeRootBuilder } from './merkle.js';
import { TileFile } from './tile-file.js';

/**
 * Compares the log with the longest checkpoint whose tree the tiles have. Returns the damage at the first position whose leaf hash
 * differs; null if none differs, or if the tiles have the tree of no checkpoint. Reads up to that position.
 */
export const firstDifferenceFromCheckpoint = async (
  store: EventStore,
  checkpoints: readonly Checkpoint[],
  tilesPath: string,
): Promise<StoreDamaged | null> => {
  const tiles = TileFile.openReadonly(tilesPath);
  if (tiles === null) return null;
  try {
    for (const checkpoint of [...checkpoints].sort((a, b) => b.size - a.size))
      if (await tilesMatchCheckpoint(tiles, checkpoint)) return await compareLeaves(store, tiles, checkpoint);
    return null;
  } finally {
    tiles.close();
  }
};

/** Leaves that are hashed together: some milliseconds of work, between which the event loop does other things. */
const HASH_BATCH_SIZE = 4_096;

const tilesMatchCheckpoint = async (tiles: TileFile, { size, root }: Checkpoint): Promise<boolean> => {
  const tree = new TreeRootBuilder();
  for (const leaf of tiles.leaves(size)) {
    tree.add(leaf);
    if (tree.size % HASH_BATCH_SIZE === 0) await setImmediate();
  }
  return tree.size === size && tree.root().equals(root);
};

const compareLeaves = async (
  store: EventStore,
  tiles: TileFile,
  { size }: Checkpoint,
): Promise<StoreDamaged | null> => {
  const leaves = tiles.leaves(size);
  let position = 0;
  for await (const batch of readStoredLog(store))
    for (const { leaf } of batch) {
      const { value: known } = leaves.next();
      if (known === undefined) return null;
      position += 1;
      if (leaf !== known.toString('base64'))
        return new StoreDamaged(`position ${position}: not the event that the checkpoint of ${size} events covers`, {
          position,
        });
    }
  return null;
};
