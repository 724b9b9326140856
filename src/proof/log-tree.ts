/**
 * Keeps the tiles of the tree up to date with the log. Appends do not wait for that: the log is read at intervals, and a request for a
 * tile or a proof first reads what is new. The log is polled rather than subscribed to, because a subscription decodes every event, and
 * the tree needs nothing but the leaf hashes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore, StoredEvent } from '../event-store/port.js';
import { NoTree, SizeBeyondLog, TreeBehind } from './proof-errors.js';
import { isDamagedTileFile, TILE_WIDTH, TileFile, type Leaf } from './tile-file.js';

/** Milliseconds between reads of the log. */
const POLL_INTERVAL_MS = 500;
/** Milliseconds until the next read after an error: the store is not available, or the disk is full. */
const RETRY_MS = 5_000;
/** Milliseconds for which a request waits for the tree; building it takes longer on a long log. */
const MAX_WAIT_FOR_TREE_MS = 1_000;

export type Tiles = Pick<TileFile, 'tile' | 'subtree'>;

export class LogTree {
  readonly #path: string;
  readonly #store: EventStore;
  readonly #checkLog: () => Promise<void>;
  #file: TileFile | null = null;
  #catchingUp: Promise<TileFile> | null = null;
  /** Set where the file must be made anew. */
  #isWrong = false;
  /** Whether this process has filled the file from the first event. */
  #isFresh = false;
  readonly #closing = new AbortController();

  /**
   * `checkLog` throws if the log does not continue its last checkpoint, or while that is unknown. The file is then
   * kept, even if it has more leaves than the log or other ones, since it shows where they differ.
   */
  constructor(path: string, store: EventStore, checkLog: () => Promise<void> = () => Promise.resolve()) {
    this.#path = path;
    this.#store = store;
    this.#checkLog = checkLog;
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Follows the log until `close`. `onError` is called with the first of consecutive errors. */
  async follow(onError: (error: unknown) => void): Promise<void> {
    const { signal } = this.#closing;
    let isFailing = false;
    while (!this.#isClosed()) {
      const error: unknown = await this.catchUp().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null && !isFailing && !this.#isClosed()) onError(error);
      isFailing = error !== null;
      await sleep(isFailing ? RETRY_MS : POLL_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /**
   * Adds the new events of the log and returns the tree; concurrent calls share one run. Throws NoTree if an event has
   * no leaf hash, and errors of `checkLog`, of the store, of SQLite and of the file system.
   */
  catchUp(): Promise<TileFile> {
    return (this.#catchingUp ??= this.#catchUp().finally(() => (this.#catchingUp = null)));
  }

  async #catchUp(): Promise<TileFile> {
    try {
      const file = await this.#open();
      for (;;) {
        if (this.#isClosed()) throw new TreeBehind();
        const page = await this.#readPage(file);
        if (page.length === 0) return file;
        file.append(page.map(toLeaf));
      }
    } catch (error) {
      this.#isWrong ||= isDamagedTileFile(error);
      throw error;
    }
  }

  /** Pages end where tiles end, so that while the tree is built each tile is written once. */
  #readPage({ covered: { size, cursor } }: TileFile): Promise<readonly StoredEvent[]> {
    return this.#store.readStored(cursor, TILE_WIDTH - (size % TILE_WIDTH));
  }

  /** The file, opened if need be; made anew if it is wrong or covers another log, such as one that was put back to an earlier state. */
  async #open(): Promise<TileFile> {
    if (this.#file === null) {
      this.#file = TileFile.open(this.#path);
      this.#isWrong = false;
    }
    if (!this.#isWrong && !(await this.#coversLog(this.#file))) {
      await this.#checkLog();
      this.#isWrong = true;
    }
    if (this.#isWrong) {
      this.#file.close();
      this.#file = null;
      this.#file = TileFile.create(this.#path);
      this.#isWrong = false;
      this.#isFresh = true;
    }
    return this.#file;
  }

  /** Whether the log has the last event that the file covers, with the same leaf hash. */
  async #coversLog({ covered: { size, before }, subtree }: TileFile): Promise<boolean> {
    if (size === 0) return true;
    try {
      const [event] = await this.#store.readStored(before, 1);
      return event?.position === size && event.leaf === subtree(0, size - 1).toString('base64');
    } catch (error) {
      if (error instanceof RangeError || isDamagedTileFile(error)) return false;
      throw error;
    }
  }

  /**
   * Calls `use` with the tree, which has at least `size` leaves. Throws SizeBeyondLog, TreeBehind while the tree is built, and what
   * `catchUp` throws.
   */
  async read<T>(size: number, use: (tiles: Tiles) => T): Promise<T> {
    const file = await this.#upToDate();
    if (size > file.covered.size) throw new SizeBeyondLog();
    try {
      return use(file);
    } catch (error) {
      if (!isDamagedTileFile(error)) throw error;
      this.#isWrong = true;
      throw new TreeBehind();
    }
  }

  async #upToDate(): Promise<TileFile> {
    const waiting = new AbortController();
    const late = sleep(MAX_WAIT_FOR_TREE_MS, null, { signal: waiting.signal, ref: false });
    late.catch(() => undefined);
    try {
      const file = await Promise.race([this.catchUp(), late]);
      if (file === null || this.#isClosed()) throw new TreeBehind();
      return file;
    } finally {
      waiting.abort();
    }
  }

  /**
   * To be called when the tree contradicts the log. Returns true if the file will be made anew; false if this process
   * has made it from the log, so that the log itself has changed since.
   */
  markWrongUnlessFresh(): boolean {
    if (this.#isFresh) return false;
    this.#isWrong = true;
    return true;
  }

  /** Stops following the log. A call of the store that hangs ends only once the store is closed too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#catchingUp?.catch(() => undefined);
    this.#file?.close();
    this.#file = null;
  }
}

const toLeaf = ({ leaf, cursor }: StoredEvent): Leaf => {
  if (leaf === null) throw new NoTree();
  return { hash: Buffer.from(leaf, 'base64'), cursor };
};
