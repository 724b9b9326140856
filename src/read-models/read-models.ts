/**
 * The read models of a process: a file that is rebuilt if missing, a projection that follows the log, and query
 * contexts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import type { DuplicateCandidate, PersonData } from '../domain/names/likeness.js';
import { StoreDamaged, type Cursor, type EventStore } from '../event-store/port.js';
import type { JobContext } from '../jobs/job.js';
import { Jobs } from '../jobs/jobs.js';
import { feedsAt } from './log/case-streams.js';
import { checkModelFile, type ModelFileComparison } from './check-file.js';
import { isCorruptionError, isPermanent } from './errors.js';
import { listScope } from './list/predicate.js';
import { Follower, type ModelWriter } from './follower.js';
import { ModelReader } from './model-reader.js';
import { possibleDuplicates } from './names/possible-duplicates.js';
import { InvalidCursor, BeyondLog, NotCaughtUp } from './query-errors.js';
import { ReadModelReader, type QueryContext } from './reader.js';
import { IN_MEMORY, removeTemporaryFile, swapFiles } from './rebuild.js';
import { runProjection, type ProjectionHost, type ProjectionProblem } from './runner.js';
import {
  checkLogFingerprint,
  differenceFromMissingLog,
  fingerprintOf,
  setFileAside,
  type LogFingerprint,
} from './log-fingerprint.js';
import { Waiters } from './waiters.js';

export type { ProjectionProblem as Problem };

/** The id of the job that rebuilds the file. */
export const REBUILD_JOB = 'rebuild';

/** How long a query waits for a token or position. */
export const MAX_WAIT_MS = 5_000;

export interface Readiness {
  /** Whether every event in the log has been projected. */
  readonly caughtUp: boolean;
  /** Position of the last projected event. */
  readonly position: number;
  /**
   * Milliseconds since the oldest event not yet projected was recorded; 0 if there is none, null if the log does not
   * answer.
   */
  readonly lag: number | null;
  readonly problem: ProjectionProblem | null;
  /** Whether queries can be answered. */
  readonly canAnswerQueries: boolean;
}

/** Time limit for asking the log what comes next: for the lag, and for whether a position is beyond its end. */
const LOG_TIMEOUT_MS = 2_000;

const withTimeout = async <T>(reading: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const timeout = sleep(LOG_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error('the log does not answer');
  });
  try {
    return await Promise.race([reading, timeout]);
  } finally {
    timer.abort();
    timeout.catch(() => undefined);
    reading.catch(() => undefined);
  }
};

/** Verifies the log before read models are made of it. Throws StoreDamaged, and errors of the store. */
export type VerifyLog = (job: JobContext) => Promise<void>;

/** Called when the problem changes, and with null when it is resolved. */
export type OnProblem = (problem: ProjectionProblem | null) => void;

export class ReadModels extends ReadModelReader {
  readonly #waiters = new Waiters();
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  #file: ModelReader | null;
  #isLogChecked = false;
  #running: Promise<void> | null = null;
  /** Aborted when the projection must prepare its file again. */
  #needsPreparation = new AbortController();
  #problem: ProjectionProblem | null = null;
  /** Set where the log failed verification when a file was to be built from it: nothing from this position on is projected. */
  #damagedFrom: number | null = null;
  #onProblem: OnProblem = () => undefined;

  private constructor(
    readonly path: string,
    readonly store: EventStore,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly verifyLog: VerifyLog,
    private readonly writer: ModelWriter,
  ) {
    super();
    this.#file = ModelReader.open(path, clock.timeZone);
  }

  /**
   * Opens the read models in a file (or `:memory:`). A file of this schema can be queried at once, at its last
   * position; otherwise queries wait, up to MAX_WAIT_MS, until `start` has built one. Rebuilds run as the job REBUILD_JOB. `writer`
   * writes the file: a `Follower` on this thread by default.
   */
  static open(
    path: string,
    store: EventStore,
    clock: Clock,
    jobs = new Jobs(),
    verifyLog: VerifyLog = () => Promise.resolve(),
    writer: ModelWriter = new Follower(path, clock.timeZone, () => Promise.resolve(store)),
  ): ReadModels {
    return new ReadModels(path, store, clock, jobs, verifyLog, writer);
  }

  /**
   * Starts the projection; resolves when there is a file to query. A missing file or one of another schema is rebuilt
   * first. If the log is not the one that was projected, the old file stays readable and nothing is projected. Resolves
   * also if the projection stops early; `readiness` then has the reason. Never throws.
   */
  async start(onProblem: OnProblem = () => undefined): Promise<void> {
    this.#onProblem = onProblem;
    await new Promise<void>((resolve) => {
      const host: ProjectionHost = {
        store: this.store,
        prepare: async (signal) => {
          await this.#prepare(signal);
          resolve();
          this.#needsPreparation = new AbortController();
          return this.#needsPreparation.signal;
        },
        file: () => this.#file,
        checkWritable: () => this.writer.checkWritable(),
        follow: (batchSize, signal, onProgress) =>
          this.writer.follow({ batchSize, damagedFrom: this.#damagedFrom }, signal, () => {
            onProgress();
            this.#notifyProjected();
          }),
        report: (problem) => this.#report(problem),
      };
      this.#running ??= runProjection(host, this.#stopping.signal);
      void this.#running.then(resolve);
    });
  }

  /** Rejects all waiting queries with NotCaughtUp. */
  cancelWaits(): void {
    this.#waiters.rejectAll();
  }

  /**
   * Stops the projection, rejects waiting queries and closes the file. A running rebuild is abandoned; the old file
   * stays.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiters.rejectAll();
    await this.jobs.whenEnded(REBUILD_JOB);
    await this.#running;
    await this.writer.close();
    this.#file?.close();
    this.#file = null;
  }

  async readiness(): Promise<Readiness> {
    const { position, cursor, readProblem } = this.#tryFile();
    const state = { position, canAnswerQueries: this.#file !== null };
    try {
      const next = await withTimeout(this.store.read(cursor, 1));
      const known = this.#problem ?? readProblem;
      const caughtUp = this.#file !== null && this.#isLogChecked && next.length === 0 && known === null;
      const lag = next[0] === undefined ? 0 : Math.max(0, this.clock.now().getTime() - Date.parse(next[0].recordedAt));
      return { ...state, caughtUp, lag, problem: known };
    } catch (error) {
      const problem = {
        // A RangeError: the checkpoint of the read models is not in the log.
        code: error instanceof RangeError || error instanceof StoreDamaged ? 'STORE_DAMAGED' : 'STORE_UNAVAILABLE',
        error: error instanceof Error ? error.name : '',
        after: position,
      } as const;
      return { ...state, caughtUp: false, lag: null, problem: this.#problem ?? problem };
    }
  }

  /** The checkpoint of the file; if it cannot be read, the last known one and the problem. Starts a rebuild of a damaged file. */
  #tryFile(): {
    readonly cursor: Cursor | null;
    readonly position: number;
    readonly readProblem: ProjectionProblem | null;
  } {
    const file = this.#file;
    if (file === null) return { cursor: null, position: 0, readProblem: null };
    try {
      return { ...file.checkpoint, readProblem: null };
    } catch (error) {
      this.onQueryError(error);
      const last = file.lastCheckpoint;
      const name = error instanceof Error ? error.name : '';
      return { ...last, readProblem: { code: 'READ_MODELS_UNREADABLE', error: name, after: last.position } };
    }
  }

  /**
   * Rebuilds the file while queries and the projection continue, then swaps it in. Concurrent calls share one rebuild.
   * Throws errors of the store; the old file then stays.
   */
  rebuild(onProgress?: JobContext['onProgress']): Promise<void> {
    return this.jobs.run(REBUILD_JOB, (job) => this.#rebuild(job), onProgress);
  }

  /** Compares every row of the file with those of a file built anew. Throws errors of the store, and the reason of the signal. */
  check(job: JobContext): Promise<ModelFileComparison> {
    return checkModelFile(this.path, this.clock.timeZone, this.store, job);
  }

  /**
   * To be called with the error of a failed query: if the file is corrupt, starts a rebuild, unless another problem is reported already.
   * Until then, undamaged parts are still readable.
   */
  onQueryError(error: unknown): void {
    if (!isCorruptionError(error) || this.#problem !== null) return;
    const after = this.#file?.lastCheckpoint.position ?? 0;
    this.#report({ code: 'READ_MODELS_DAMAGED', error: (error as Error).name, after });
    this.#needsPreparation.abort();
  }

  /**
   * Waits until the event of a token is projected. Throws NotCaughtUp on timeout, InvalidCursor if the token is not a
   * cursor of this store.
   */
  async waitFor(token: Cursor, timeoutMs = MAX_WAIT_MS): Promise<void> {
    this.#compare(token, token);
    await this.#waiters.waitUntil(() => {
      const cursor = this.#file?.checkpoint.cursor ?? null;
      return cursor !== null && this.#compare(token, cursor) <= 0;
    }, timeoutMs);
  }

  /**
   * Calls the listener after each projected batch or rebuild; it must not throw. Returns the function that
   * unsubscribes.
   */
  onProjected(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override async contextAt(wait: {
    readonly atLeast?: string | undefined;
    readonly position?: number;
  }): Promise<QueryContext> {
    if (wait.atLeast !== undefined) await this.waitFor(wait.atLeast);
    await this.#waitForPosition(wait.position ?? 0);
    const reading = this.currentContext();
    if (reading === null) throw new NotCaughtUp('the read models are being built');
    return reading;
  }

  /** The last position that is known to have been projected; 0 while there is no file. Never throws. */
  get position(): number {
    return this.#file?.lastCheckpoint.position ?? 0;
  }

  /** The query context at the current position, without waiting; null while there is no file. Throws SQLite errors. */
  currentContext(): QueryContext | null {
    if (this.#file === null) return null;
    const { db, logTables, counters, checkpoint, logId } = this.#file;
    return { db, logTables, counters, position: checkpoint.position, logId, clock: this.clock };
  }

  /** The cases that are merged into a case now, without waiting; none while there is no file. */
  absorbedInto(caseId: string): readonly string[] {
    return this.#reportingDamage(() => {
      const context = this.currentContext();
      const caseNo = context?.logTables.cases.caseNoOf(caseId) ?? null;
      if (context === null || caseNo === null) return [];
      const { logTables, position } = context;
      return logTables.cases
        .streamSpansOf(caseNo)
        .filter((feeding) => feedsAt(feeding, position))
        .map(({ stream }) => logTables.subjectOf(stream).id)
        .filter((id) => id !== caseId);
    });
  }

  /** Cases that may be about the person, as known at a position or now, without waiting; null while there is no file. */
  possibleDuplicates(person: PersonData, upTo = Infinity): readonly DuplicateCandidate[] | null {
    return this.#reportingDamage(() => {
      const context = this.currentContext();
      if (context === null) return null;
      const { db, clock, position } = context;
      return possibleDuplicates(db, listScope('', clock.today(), Math.min(upTo, position), position), person);
    });
  }

  /** For questions of commands, whose errors no request ends with. */
  #reportingDamage<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      this.onQueryError(error);
      throw error;
    }
  }

  /**
   * Waits for a position that another instance may have returned. Asks the log whether it exists, since these read
   * models may merely be behind.
   */
  async #waitForPosition(position: number): Promise<void> {
    const reached = (): boolean => this.#file !== null && this.#file.checkpoint.position >= position;
    if (reached()) return;
    await this.#refuseBeyondLog(position);
    try {
      await this.#waiters.waitUntil(reached, MAX_WAIT_MS);
    } catch (error) {
      await this.#refuseBeyondLog(position);
      throw error;
    }
  }

  /** Throws BeyondLog if the whole log has been projected and the position is after its end. */
  async #refuseBeyondLog(position: number): Promise<void> {
    if (this.#file === null || !this.#isLogChecked || this.#problem !== null) return;
    const { cursor, position: last } = this.#file.checkpoint;
    if (last >= position) return;
    let next: readonly unknown[];
    try {
      next = await withTimeout(this.store.read(cursor, 1));
    } catch {
      // The log cannot be asked, and nothing is projected while it does not answer.
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
   * Makes the file usable for the projection.
   * Never rebuilds from a log other than the one that was projected: the read models may be the last trace of a lost
   * log. If the log cannot be read to its end, an empty file projects it as far as possible, and the old file is set
   * aside. A corrupt file is rebuilt. A file that could not be written is reopened, because SQLite never upgrades a
   * connection opened on a read-only file.
   */
  async #prepare(signal: AbortSignal): Promise<void> {
    await this.checkLog();
    if (this.#problem?.code === 'READ_MODELS_DAMAGED') await this.rebuild();
    if (this.#problem?.code === 'READ_MODELS_UNWRITABLE') await this.#reopen();
    signal.throwIfAborted();
    if (this.#file === null)
      await this.rebuild().catch(async (error: unknown) => {
        if (!isPermanent(error)) throw error;
        await this.writer.buildEmpty();
        await this.#swap(() => {
          if (differenceFromMissingLog(this.#knownFingerprint()) !== null) setFileAside(this.path, this.clock.now());
        });
      });
    this.#isLogChecked = true;
    this.#waiters.resolveReached();
  }

  /**
   * Throws LogDiffers if the log is not the one that was projected (events missing or different), and errors of the
   * store.
   */
  async checkLog(): Promise<void> {
    await checkLogFingerprint(this.#knownFingerprint(), this.store);
  }

  /** The fingerprint of the file, also of one with another schema or a corrupt one. */
  #knownFingerprint(): LogFingerprint | 'unreadable' | null {
    if (this.#file === null) return this.path === IN_MEMORY ? null : fingerprintOf(this.path);
    try {
      return this.#file.fingerprint;
    } catch (error) {
      if (!isCorruptionError(error)) throw error;
      return { ...this.#file.lastCheckpoint, cursorBeforeLast: null, firstId: null, lastId: null };
    }
  }

  /** Reopens the file; one that was deleted or can no longer be opened is rebuilt. */
  async #reopen(): Promise<void> {
    await this.writer.reopen();
    if (this.path === IN_MEMORY) return;
    const reopened = ModelReader.open(this.path, this.clock.timeZone);
    if (reopened === null) return this.rebuild();
    this.#file?.close();
    this.#file = reopened;
  }

  async #rebuild(job: JobContext): Promise<void> {
    const signal = AbortSignal.any([job.signal, this.#stopping.signal]);
    await this.#verifyLog({ ...job, signal });
    await this.writer.build({ ...job, signal });
    if (signal.aborted) await removeTemporaryFile(this.path);
    await this.#swap(() => signal.throwIfAborted());
    this.#notifyProjected();
  }

  /** Replaces the file by the one that was built, and reads from that; `before` runs first: if it throws, the old file stays. */
  async #swap(before: () => void): Promise<void> {
    try {
      before();
      this.#file = this.#openBuilt(this.#file);
    } catch (error) {
      if (this.#file?.db.open !== true) this.#file = ModelReader.open(this.path, this.clock.timeZone);
      throw error;
    } finally {
      await this.writer.resumeAfterSwap();
    }
  }

  #openBuilt(inUse: ModelReader | null): ModelReader {
    const { fileIfInMemory } = this.writer;
    if (fileIfInMemory === null) return swapFiles(this.path, this.clock.timeZone, inUse);
    inUse?.close();
    return new ModelReader(fileIfInMemory.db);
  }

  async #verifyLog(job: JobContext): Promise<void> {
    try {
      await this.verifyLog(job);
      this.#damagedFrom = null;
    } catch (error) {
      if (error instanceof StoreDamaged) {
        this.#damagedFrom = error.position ?? 1;
        // Restarts the follower, which does not know this position yet.
        this.#needsPreparation.abort();
      }
      throw error;
    }
  }

  #notifyProjected(): void {
    this.#file?.endTurn();
    this.#waiters.resolveReached();
    for (const listener of [...this.#listeners]) listener();
  }
}
