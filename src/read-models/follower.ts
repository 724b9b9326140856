/**
 * Writes the read-model file: follows the log into it, and builds the file that replaces it. It runs on the thread of its owner, or
 * in a worker behind `FollowerThread`; either way `ReadModels` decides what it does, and reads a file on disk through another connection.
 */
import { statSync } from 'node:fs';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { StoreDamaged, type EventStore, type LogEvent } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { toProjectionError, FileMissing, PoisonEventError } from './errors.js';
import { ModelFile } from './model-file.js';
import { applyNextBatch, buildFile, createEmptyFile, discardFile, IN_MEMORY, type PartWorkers } from './rebuild.js';

export interface FollowOptions {
  /** The most events that one transaction projects. */
  readonly batchSize: number;
  /** The first position that must not be projected, because the log is known to be wrong there; null for none. */
  readonly damagedFrom: number | null;
}

/** What `ReadModels` asks of its follower. All methods throw errors of the store, of SQLite and of the file system. */
export interface ModelWriter {
  /** The file in memory, which has one connection only; null for a file on disk. */
  readonly fileIfInMemory: ModelFile | null;
  /**
   * Follows the log from the checkpoint of the file, and calls `onApplied` after each batch. Resolves once the signal aborts. Throws
   * StoreDamaged at the position `damagedFrom`, PoisonEventError at an event that cannot be projected.
   */
  follow(options: FollowOptions, signal: AbortSignal, onApplied: () => void): Promise<void>;
  /** Writes the unchanged checkpoint, to find out whether the file can be written. */
  checkWritable(): Promise<void>;
  /**
   * Builds a file from the whole log, at least up to the position of the file in use. Then closes both files and writes neither until
   * `resume`, so that the caller can swap them.
   */
  build(job: JobContext): Promise<void>;
  /** Builds an empty file, otherwise as `build` does. */
  buildEmpty(): Promise<void>;
  /** To be called once the caller has swapped the files, or given the swap up. */
  resumeAfterSwap(): Promise<void>;
  /** Closes the file in use, and opens it anew when it is next needed. */
  reopen(): Promise<void>;
  /** Closes the file. Calls under way must have been aborted before, by their signals. */
  close(): Promise<void>;
}

/** The size from which on the write-ahead log is emptied: several times that at which SQLite does so itself if no reader is active. */
export const MAX_WAL_BYTES = 8 * 1024 * 1024;
/** How long the projection may wait for the write-ahead log to be emptied: several event-loop turns of the reading thread. */
const EMPTY_WAL_MS = 50;

export class Follower implements ModelWriter {
  /** Opened when it is first needed. */
  #file: ModelFile | null = null;
  /** The length from which on the write-ahead log is to be emptied. */
  #maxWalBytes = MAX_WAL_BYTES;
  /** Set from the end of a build until `resume`, while the caller swaps the files; whatever needs the file waits for it. */
  #handover: { readonly ended: Promise<void>; readonly end: () => void } | null = null;

  /** `timeZone` is that of the register. `partWorkers`: other threads that take part in rebuilds. */
  constructor(
    private readonly path: string,
    private readonly timeZone: string,
    private readonly openStore: () => Promise<EventStore>,
    private readonly partWorkers: PartWorkers | null = null,
  ) {}

  get fileIfInMemory(): ModelFile | null {
    return this.path === IN_MEMORY ? this.#file : null;
  }

  async follow({ batchSize, damagedFrom }: FollowOptions, signal: AbortSignal, onApplied: () => void): Promise<void> {
    const store = await this.openStore();
    const { checkpoint } = await this.#fileInUse();
    for await (const batch of store.follow(checkpoint.cursor, signal, batchSize)) {
      const sound = batch.filter(({ position }) => position < (damagedFrom ?? Infinity));
      if (sound.length > 0) {
        if (!(await this.#applyBatch(sound, signal))) return;
        // onApplied ends the snapshot of the readers: a query under way on this thread first ends on the snapshot that it began with.
        await yieldToOthers();
        onApplied();
      }
      if (sound.length < batch.length) throw new StoreDamaged('the log is not what it was from here on');
      await yieldToOthers();
    }
  }

  /**
   * Applies a batch to the file in use. If it contains a poison event, applies the events before that one by one, then throws
   * PoisonEventError. Resolves to false if the signal aborted.
   */
  async #applyBatch(batch: readonly LogEvent[], signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#applySteps(batch, signal);
    } catch (error) {
      if (!(toProjectionError(error) instanceof PoisonEventError)) throw error;
    }
    for (const event of batch)
      try {
        if (!(await this.#applySteps([event], signal))) return false;
      } catch (error) {
        throw toProjectionError(error);
      }
    return true;
  }

  /** Other work runs between steps. If a rebuild replaces the file, the batch is applied to the new file, from its checkpoint on. */
  async #applySteps(batch: readonly LogEvent[], signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const file = await this.#fileInUse();
      const isInUse = (): boolean => !signal.aborted && this.#handover === null && this.#file === file;
      let steps = 0;
      for (const step of file.stepsToApply(batch)) {
        if (steps > 0) await yieldToOthers();
        if (!isInUse()) break;
        step();
        steps += 1;
      }
      if (isInUse()) return true;
      if (signal.aborted) return false;
    }
  }

  /**
   * Empties the write-ahead log once it is long, which SQLite cannot do by itself while there is always a reader in it. Waits for the
   * readers of this moment: not to be called on their thread. Where one of them reads on, as a check of the whole file does, the log may
   * grow to twice its length before the next attempt.
   */
  limitWriteAheadLog(): void {
    const size = statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#maxWalBytes || this.#file === null) return;
    this.#maxWalBytes = this.#file.emptyWriteAheadLog(EMPTY_WAL_MS) ? MAX_WAL_BYTES : 2 * size;
  }

  async checkWritable(): Promise<void> {
    (await this.#fileInUse()).checkWritable();
  }

  async build(job: JobContext): Promise<void> {
    const store = await this.openStore();
    const built = await buildFile(this.path, this.timeZone, store, job, this.partWorkers);
    try {
      // Catches up with the file in use. There is no await between the last check and the handover, so that positions never go back.
      while (this.#isBehind(built)) if ((await applyNextBatch(built, store)) === 0) break;
      job.signal.throwIfAborted();
    } catch (error) {
      await discardFile(this.path, built);
      throw error;
    }
    this.#handOver(built);
  }

  async buildEmpty(): Promise<void> {
    this.#handOver(await createEmptyFile(this.path, this.timeZone));
  }

  #isBehind(built: ModelFile): boolean {
    const inUse = this.#openFile();
    return inUse !== null && built.checkpoint.position < inUse.checkpoint.position;
  }

  #handOver(built: ModelFile): void {
    if (this.path === IN_MEMORY) {
      // A file in memory has one connection only: the reader closes the old file.
      this.#file = built;
      return;
    }
    built.close();
    this.#file?.close();
    this.#file = null;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#handover = { ended, end };
  }

  async resumeAfterSwap(): Promise<void> {
    this.#handover?.end();
    this.#handover = null;
  }

  async reopen(): Promise<void> {
    if (this.path === IN_MEMORY) return;
    this.#file?.close();
    this.#file = null;
  }

  async close(): Promise<void> {
    await this.resumeAfterSwap();
    this.#file?.close();
    this.#file = null;
  }

  #openFile(): ModelFile | null {
    if (this.path !== IN_MEMORY) this.#file ??= ModelFile.open(this.path, this.timeZone);
    return this.#file;
  }

  async #fileInUse(): Promise<ModelFile> {
    await this.#handover?.ended;
    const file = this.#openFile();
    if (file === null) throw new FileMissing();
    return file;
  }
}
