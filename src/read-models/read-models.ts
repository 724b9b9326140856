/** The read models as one thing: a file that may be deleted, kept up with the log, and what may be read from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { StoreDamaged, type Cursor, type EventStore } from '../event-store/port.js';
import { isDamage, isLasting } from './errors.js';
import { ModelFile } from './model-file.js';
import { InvalidCursor, BeyondLog, NotCaughtUp } from './queries.js';
import { ReadModelReader, type QueryContext } from './reader.js';
import { build, discard, empty, IN_MEMORY, swap, applyMore, type OnProgress, type RebuildProgress } from './rebuild.js';
import { runProjection, type ProjectionHost, type ProjectionProblem } from './runner.js';
import {
  checkFingerprint,
  differenceFromMissingLog,
  fingerprintOf,
  setAside,
  type LogFingerprint,
} from './log-fingerprint.js';
import { Waiters } from './waiters.js';

export type { ProjectionProblem as Problem };

/** How long a read waits for what it names. */
export const WAIT_MS = 5_000;

export interface Readiness {
  /** Whether everything in the log has been taken in. */
  readonly caughtUp: boolean;
  /** Of the last event taken in. */
  readonly position: number;
  /** Milliseconds since the oldest event that was not taken in was recorded; 0 where there is none, null where nobody can say. */
  readonly lag: number | null;
  readonly problem: ProjectionProblem | null;
  /** Whether there is a file to read from. */
  readonly readable: boolean;
  /** How far a rebuild is; null where none is under way. */
  readonly building: RebuildProgress | null;
}

/** How long a look at the log may take before nobody can say how far behind it is. */
const LOOK_MS = 2_000;

const inTime = async <T>(look: Promise<T>): Promise<T> => {
  const enough = new AbortController();
  const late = sleep(LOOK_MS, undefined, { signal: enough.signal }).then(() => {
    throw new Error('the log does not answer');
  });
  try {
    return await Promise.race([look, late]);
  } finally {
    enough.abort();
    late.catch(() => undefined);
    look.catch(() => undefined);
  }
};

/** Hears of a problem when it becomes another, and with null that it is over. */
export type OnProblem = (problem: ProjectionProblem | null) => void;

export class ReadModels extends ReadModelReader {
  readonly #waiters = new Waiters();
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  #file: ModelFile | null;
  #checked = false;
  #running: Promise<void> | null = null;
  #building: Promise<void> | null = null;
  #progress: RebuildProgress | null = null;
  /** Aborted when the file has to be seen to. */
  #prepared = new AbortController();
  #problem: ProjectionProblem | null = null;
  #onProblem: OnProblem = () => undefined;

  private constructor(
    readonly path: string,
    readonly store: EventStore,
    private readonly clock: Clock,
  ) {
    super();
    this.#file = ModelFile.open(path);
  }

  /**
   * The read models in a file (`:memory:` for one that ends with it). A file of this build can be read from at once,
   * as far as it had come; otherwise reading waits until `start` has built one.
   */
  static open(path: string, store: EventStore, clock: Clock): ReadModels {
    return new ReadModels(path, store, clock);
  }

  /**
   * Begins to follow the log, and resolves once there is a file to read from: a missing file or one of another build is
   * built first. Where the log is not the one that was projected, the file is read as it is, and follows nothing. Resolves also where it stops before; `ready` then says why. Never throws.
   */
  async start(onProgress: OnProgress = () => undefined, onProblem: OnProblem = () => undefined): Promise<void> {
    this.#onProblem = onProblem;
    await new Promise<void>((resolve) => {
      const host: ProjectionHost = {
        store: this.store,
        prepare: async (signal) => {
          await this.#prepare(signal, onProgress);
          resolve();
          this.#prepared = new AbortController();
          return this.#prepared.signal;
        },
        file: () => this.#file,
        onBatchApplied: () => this.#moved(),
        report: (problem) => this.#report(problem),
      };
      this.#running ??= runProjection(host, this.#stopping.signal);
      void this.#running.then(resolve);
    });
  }

  /** Tells those who wait for the read models to move that they wait no more. */
  cancelWaits(): void {
    this.#waiters.callOff();
  }

  /** Ends the following, lets the waiting go and closes the file. A rebuild under way leaves the old file. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiters.callOff();
    await this.#building?.catch(() => undefined);
    await this.#running;
    this.#file?.close();
    this.#file = null;
  }

  async readiness(): Promise<Readiness> {
    const position = this.#file?.checkpoint.position ?? 0;
    const state = { position, readable: this.#file !== null, building: this.#progress };
    try {
      const next = await inTime(this.store.read(this.#file?.checkpoint.cursor ?? null, 1));
      const caughtUp = this.#file !== null && this.#checked && next.length === 0 && this.#problem === null;
      const lag = next[0] === undefined ? 0 : Math.max(0, this.clock.now().getTime() - Date.parse(next[0].recordedAt));
      return { ...state, caughtUp, lag, problem: this.#problem };
    } catch (error) {
      const problem = {
        // The place up to which was projected is not in the log.
        code: error instanceof RangeError || error instanceof StoreDamaged ? 'STORE_DAMAGED' : 'STORE_UNAVAILABLE',
        error: error instanceof Error ? error.name : '',
        after: position,
      } as const;
      return { ...state, caughtUp: false, lag: null, problem: this.#problem ?? problem };
    }
  }

  /**
   * Builds the file anew while reads and the following go on, and puts it in the old one's place. A second call while
   * one is under way waits for the same. Throws what the store throws; the old file then stays.
   */
  rebuild(onProgress: OnProgress = () => undefined): Promise<void> {
    this.#building ??= this.#rebuild((progress) => {
      this.#progress = progress;
      onProgress(progress);
    }).finally(() => {
      this.#building = null;
      this.#progress = null;
    });
    return this.#building;
  }

  /** Hears of an error that a question met: a file that is damaged is built anew, and read from where it is whole until then. */
  onQueryError(error: unknown): void {
    if (!isDamage(error) || this.#problem !== null) return;
    const after = this.#file?.checkpoint.position ?? 0;
    this.#report({ code: 'READ_MODELS_DAMAGED', error: (error as Error).name, after });
    this.#prepared.abort();
  }

  /** Waits until the event of a token is taken in. Throws NotCaughtUp, and InvalidCursor for what is no cursor of this store. */
  async waitFor(token: Cursor, timeoutMs = WAIT_MS): Promise<void> {
    this.#compare(token, token);
    await this.#waiters.until(() => {
      const cursor = this.#file?.checkpoint.cursor ?? null;
      return cursor !== null && this.#compare(token, cursor) <= 0;
    }, timeoutMs);
  }

  /** Calls the listener whenever there may be more to read than before; it must not throw. Ends with the function returned. */
  onProjected(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override async contextAt(wait: {
    readonly atLeast?: string | undefined;
    readonly position?: number;
  }): Promise<QueryContext> {
    if (wait.atLeast !== undefined) await this.waitFor(wait.atLeast);
    await this.#reach(wait.position ?? 0);
    const reading = this.currentContext();
    if (reading === null) throw new NotCaughtUp('the read models are being built');
    return reading;
  }

  /** What can be read at this moment, without waiting for anything; null while there is no file. */
  currentContext(): QueryContext | null {
    if (this.#file === null) return null;
    const { db, logTables, counters, checkpoint, logId } = this.#file;
    return { db, logTables, counters, position: checkpoint.position, logId, today: this.clock.today() };
  }

  /**
   * Waits for a position that another instance may have answered from. The log decides whether it can come: these read models
   * may just be behind, so they are no measure of it.
   */
  async #reach(position: number): Promise<void> {
    const reached = (): boolean => this.#file !== null && this.#file.checkpoint.position >= position;
    if (reached()) return;
    await this.#checkReach(position);
    try {
      await this.#waiters.until(reached, WAIT_MS);
    } catch (error) {
      await this.#checkReach(position);
      throw error;
    }
  }

  /** Throws BeyondLog where everything in the log was projected, and the position lies after it. */
  async #checkReach(position: number): Promise<void> {
    if (this.#file === null || !this.#checked || this.#problem !== null) return;
    const { cursor, position: last } = this.#file.checkpoint;
    if (last >= position) return;
    let next: readonly unknown[];
    try {
      next = await inTime(this.store.read(cursor, 1));
    } catch {
      // Nobody can say, and nothing comes while the log does not answer.
      throw new NotCaughtUp('the log does not answer');
    }
    if (next.length === 0) throw new BeyondLog('the log does not reach that position');
  }

  #report(problem: ProjectionProblem | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (problem?.code !== before?.code) this.#onProblem(problem);
  }

  #compare(a: Cursor, b: Cursor): number {
    try {
      return this.store.compare(a, b);
    } catch (error) {
      if (error instanceof RangeError) throw new InvalidCursor('atLeast');
      throw error;
    }
  }

  /**
   * Nothing is built, and so nothing overwritten, from a log that is not the one that was projected: the read models may be
   * all that is left of that. Where a log cannot be projected in whole, an empty file follows it as far as it goes; what
   * stood in its place is kept beside. A damaged file is built anew, and one that cannot be written opened again: a
   * connection opened while a file could only be read never writes.
   */
  async #prepare(signal: AbortSignal, onProgress: OnProgress): Promise<void> {
    await this.checkLog();
    if (this.#problem?.code === 'READ_MODELS_DAMAGED') await this.rebuild(onProgress);
    if (this.#problem?.code === 'READ_MODELS_UNWRITABLE') this.#openAgain();
    signal.throwIfAborted();
    if (this.#file === null)
      await this.rebuild(onProgress).catch(async (error: unknown) => {
        if (!isLasting(error)) throw error;
        const file = await empty(this.path);
        if (differenceFromMissingLog(this.#seen()) !== null) setAside(this.path, this.clock.now());
        this.#file = swap(this.path, file, null);
      });
    this.#checked = true;
    this.#waiters.wake();
  }

  /**
   * Whether the log is still the one that was projected. Throws LogDiffers where it lacks events or has others in their
   * places, and what the store throws.
   */
  async checkLog(): Promise<void> {
    await checkFingerprint(this.#seen(), this.store);
  }

  /** Also of a file that this build cannot use, or that is damaged. */
  #seen(): LogFingerprint | 'unreadable' | null {
    if (this.#file === null) return this.path === IN_MEMORY ? null : fingerprintOf(this.path);
    try {
      return this.#file.seen;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { ...this.#file.checkpoint, before: null, firstId: null, lastId: null };
    }
  }

  #openAgain(): void {
    const again = this.path === IN_MEMORY ? null : ModelFile.open(this.path);
    if (again === null) return;
    this.#file?.close();
    this.#file = again;
  }

  async #rebuild(onProgress: OnProgress): Promise<void> {
    const { signal } = this.#stopping;
    const built = await build(this.path, this.store, signal, onProgress);
    try {
      // What was taken in meanwhile; the last look and the swap are one step, so that nobody sees the file go back.
      while (this.#isBehind(built)) if ((await applyMore(built, this.store)) === 0) break;
      signal.throwIfAborted();
    } catch (error) {
      await discard(this.path, built);
      throw error;
    }
    try {
      this.#file = swap(this.path, built, this.#file);
    } catch (error) {
      this.#file = ModelFile.open(this.path);
      throw error;
    }
    this.#moved();
  }

  #isBehind(built: ModelFile): boolean {
    return this.#file !== null && built.checkpoint.position < this.#file.checkpoint.position;
  }

  #moved(): void {
    this.#waiters.wake();
    for (const listener of [...this.#listeners]) listener();
  }
}
