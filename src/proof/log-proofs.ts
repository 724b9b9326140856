/** Answers outsiders: the last checkpoint, tiles of the tree, and proofs. Verifies an inclusion proof before returning it. */
import { leafTextOf, verifyRecord } from '../event-store/codec.js';
import { StoreDamaged, type Cursor, type EventStore, type StoredEvent } from '../event-store/port.js';
import type { LogTree } from './log-tree.js';
import { consistencyProof, inclusionProof, rootAt, rootFromInclusionProof } from './merkle.js';
import { EventBeyondSize, NoCheckpoint, NoTile, NoTree, SizeBeyondLog, TreeBehind } from './proof-errors.js';
import type { ProofFiles, SignedCheckpoint } from './proof-files.js';

/** Where an event stands: its position, and the cursor of the event before it, null for the first. */
export interface LogPlace {
  readonly position: number;
  readonly before: Cursor | null;
}

/** `hashes`: those of the tree's nodes that lead from the leaf of the event up to the root, in this order, base64. */
export interface InclusionProof {
  /** What the leaf hash is made of: the event without its personal data. */
  readonly event: unknown;
  /** The position of the event less one. */
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
  /** The last checkpoint as a signed note if it covers exactly `size` events, else null. */
  readonly checkpoint: string | null;
}

export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
  /** The last checkpoint as a signed note if it covers exactly `to` events, else null. */
  readonly checkpoint: string | null;
}

export class LogProofs {
  constructor(
    private readonly store: EventStore,
    private readonly tree: LogTree,
    private readonly files: ProofFiles,
  ) {}

  /** The last checkpoint as a signed note. Throws NoCheckpoint, and StoreDamaged if none of the register's keys has signed it. */
  checkpoint(): string {
    return this.#lastCheckpoint().note;
  }

  /** The first `width` hashes of a tile. Throws NoTile, and what `LogTree.read` throws. */
  async tile(level: number, number: number, width: number): Promise<Buffer> {
    const hashes = await this.tree.read(0, (tiles) => tiles.tile(level, number, width));
    if (hashes === null) throw new NoTile();
    return hashes;
  }

  /**
   * Proves that an event is among the first `size` events, by default those that the last checkpoint covers. Throws NoCheckpoint,
   * EventBeyondSize, StoreDamaged, and what `LogTree.read` throws.
   */
  async inclusion(place: LogPlace, size?: number): Promise<InclusionProof> {
    const wanted = size ?? this.#lastCheckpoint().checkpoint.size;
    const index = place.position - 1;
    const { hashes, known, root } = await this.#read(wanted, size === undefined, (subtree) => ({
      hashes: index < wanted ? inclusionProof(index, wanted, subtree) : null,
      known: index < wanted ? subtree(0, index) : null,
      root: rootAt(wanted, subtree),
    }));
    if (hashes === null || known === null) throw new EventBeyondSize();
    const event = await this.#eventAt(place);
    const text = leafTextOf(event, event);
    if (text === null) throw new NoTree();
    const isIncluded = (leaf: Buffer): boolean =>
      rootFromInclusionProof(leaf, index, wanted, hashes)?.equals(root) === true;
    if (!isIncluded(Buffer.from(String(event.leaf), 'base64'))) {
      const damage = `position ${place.position}: it is not what it was`;
      // Tiles that lead to a signed root are right, so the log has changed: they must not be rebuilt from it.
      const isSigned = isIncluded(known) && this.files.lastSigned()?.checkpoint.root.equals(root) === true;
      throw isSigned ? new StoreDamaged(damage, { position: place.position }) : this.#contradiction(damage);
    }
    return {
      event: JSON.parse(text) as unknown,
      index,
      size: wanted,
      hashes: hashes.map(toBase64),
      checkpoint: this.#checkpointOf(wanted, root),
    };
  }

  /**
   * Proves that the first `from` events (at least 1) of the log are the beginning of its first `to`, by default as many as the last
   * checkpoint covers. Throws NoCheckpoint if there is no `to` and no checkpoint, SizeBeyondLog if `from` is more than `to` or `to` more
   * than the log has, StoreDamaged, and what `LogTree.read` throws.
   */
  async consistency(from: number, to?: number): Promise<ConsistencyProof> {
    const wanted = to ?? this.#lastCheckpoint().checkpoint.size;
    if (from > wanted) throw new SizeBeyondLog();
    const { hashes, root } = await this.#read(wanted, to === undefined, (subtree) => ({
      hashes: consistencyProof(from, wanted, subtree),
      root: rootAt(wanted, subtree),
    }));
    return { from, to: wanted, hashes: hashes.map(toBase64), checkpoint: this.#checkpointOf(wanted, root) };
  }

  #lastCheckpoint(): SignedCheckpoint {
    const last = this.files.lastSigned();
    if (last === null) throw new NoCheckpoint();
    return last;
  }

  /** `isSigned`: the size is that of a checkpoint, so that a shorter log has lost events. */
  async #read<T>(size: number, isSigned: boolean, use: (subtree: Parameters<typeof rootAt>[1]) => T): Promise<T> {
    try {
      return await this.tree.read(size, ({ subtree }) => use(subtree));
    } catch (error) {
      if (isSigned && error instanceof SizeBeyondLog)
        throw new StoreDamaged(`the log is shorter than the checkpoint of ${size} events`);
      throw error;
    }
  }

  /** The note of the last checkpoint if it is of this size; it must have this root. */
  #checkpointOf(size: number, root: Buffer): string | null {
    const last = this.files.lastSigned();
    if (last?.checkpoint.size !== size) return null;
    if (!last.checkpoint.root.equals(root))
      throw this.#contradiction(`positions 1 to ${size}: they are not those of the checkpoint`);
    return last.note;
  }

  /** Reads the event and verifies it against its leaf hash. Throws StoreDamaged. */
  async #eventAt({ position, before }: LogPlace): Promise<StoredEvent> {
    const [event] = await this.store.readStored(before, 1);
    if (event?.position !== position) throw new StoreDamaged(`position ${position}: missing`, { position });
    verifyRecord(event, event);
    return event;
  }

  /**
   * The error of a contradiction between tree and log: TreeBehind if the tree can still be made anew from the log,
   * otherwise the damage of the log.
   */
  #contradiction(what: string): Error {
    return this.tree.markWrongUnlessFresh() ? new TreeBehind() : new StoreDamaged(what);
  }
}

const toBase64 = (hash: Buffer): string => hash.toString('base64');
