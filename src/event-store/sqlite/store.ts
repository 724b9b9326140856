/** The embedded event store: one SQLite file, one process; an append is durable when it resolves. */
import {
  StoreDamaged,
  StoreUnavailable,
  type AdoptedLeaf,
  type AppendResult,
  type Cursor,
  type EventStore,
  type ExpectedRevision,
  type LogCheck,
  type LogEvent,
  type NewEvent,
  type StoredEvent,
  type UnplacedRecord,
  type StreamEvent,
} from '../port.js';
import {
  checkAdoption,
  checkAfterRevision,
  checkAppend,
  checkLimit,
  checkAppendOfStoredEvents,
  checkStreamName,
} from '../request-checks.js';
import { isDamagedFileError, isReadOnlyError, openLogFile, translateErrors } from './file.js';
import { GroupCommit } from './group-commit.js';
import { SqliteLog } from './log.js';
import { startLogCheck } from './log-check.js';
import { FileReplacementCheck } from './file-identity-check.js';

/**
 * Opens or creates a log file; `:memory:` is a log that ends with its store. `readonly`: the file must exist, may be written
 * by another thread or process, and appends throw StoreUnavailable. `listenToCommits` receives a function that the caller must call
 * whenever another connection has committed, so that `follow` reads the new events.
 * Throws StoreDamaged if the file is not a log or of an unknown version, StoreUnavailable if it cannot be opened.
 */
export const createSqliteStore = ({
  file,
  readonly,
  listenToCommits,
}: {
  readonly file: string;
  readonly readonly?: true;
  readonly listenToCommits?: (look: () => void) => void;
}): EventStore => new SqliteEventStore(file, readonly, listenToCommits);

/** A cursor is the position as decimal digits. */
const CURSOR_PATTERN = /^[1-9]\d{0,15}$/;
const parseCursor = (cursor: Cursor): number => {
  const position = CURSOR_PATTERN.test(cursor) ? Number(cursor) : NaN;
  if (!Number.isSafeInteger(position)) throw new RangeError('no cursor of this store');
  return position;
};

/** Milliseconds after a failed write during which `checkWritable` repeats its error instead of trying again. */
const RETRY_WRITE_MS = 1_000;

const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class SqliteEventStore implements EventStore {
  readonly kind = 'sqlite';
  /** Null for read-only and in-memory logs. */
  readonly logCheck: LogCheck | null;
  readonly onCommit?: (listener: () => void) => void;
  readonly #openLog: () => SqliteLog;
  #log: SqliteLog;
  /** Null for read-only and in-memory logs. */
  readonly #fileCheck: FileReplacementCheck | null;
  readonly #queue: GroupCommit;
  readonly #wakeCalls = new Set<() => void>();
  /** Outcome of the last write; null before the first. */
  #lastWrite: { readonly error: Error | null; readonly failedAt: number } | null = null;
  /** Once set, writes are refused: they could make the damage worse. */
  #damage: StoreDamaged | null = null;
  #closed = false;

  constructor(file: string, readonly?: true, onCommits?: (look: () => void) => void) {
    onCommits?.(() => this.#wake());
    if (file !== ':memory:') this.onCommit = (listener) => void this.#wakeCalls.add(listener);
    this.#openLog = () => new SqliteLog(openLogFile(file, readonly));
    this.#log = this.#openLog();
    this.#fileCheck = readonly === true || file === ':memory:' ? null : new FileReplacementCheck(file);
    this.#queue = new GroupCommit((appends) => {
      const answers = this.#write(() => this.#log.commit(appends));
      this.#wake();
      return answers;
    });
    this.logCheck = this.#fileCheck === null ? null : this.#startCheck();
  }

  #startCheck(): LogCheck {
    const rememberingDamage = <T>(run: () => T): T => {
      try {
        return this.#run(run);
      } catch (error) {
        if (error instanceof StoreDamaged) this.#damage ??= error;
        throw error;
      }
    };
    try {
      const head = rememberingDamage(() => this.#log.head());
      return startLogCheck(
        head,
        (after, upTo) => rememberingDamage(() => this.#log.checkRows(after, upTo)),
        () => this.#closed,
      );
    } catch (error) {
      if (error instanceof StoreDamaged) return { checked: 0, total: 0, result: Promise.resolve(error) };
      throw error;
    }
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    return this.#queue.add(append);
  }

  async appendStored(
    stream: string,
    expected: ExpectedRevision,
    records: readonly UnplacedRecord[],
  ): Promise<AppendResult> {
    const append = checkAppendOfStoredEvents(stream, expected, records);
    this.#checkOpen();
    return this.#queue.add(append);
  }

  async adopt(after: number, leaves: readonly AdoptedLeaf[]): Promise<void> {
    checkAdoption(after, leaves);
    this.#checkOpen();
    this.#write(() => this.#log.adopt(after, leaves));
  }

  async readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    checkStreamName(stream);
    checkAfterRevision(after);
    checkLimit(limit);
    this.#checkOpen();
    return this.#run(() => this.#log.readStream(stream, after, limit));
  }

  async read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    checkLimit(limit);
    // Lets other work run between the pages of a reader of the whole log.
    await yieldToEventLoop();
    this.#checkOpen();
    return this.#read(this.#startPosition(after), limit);
  }

  async readStored(after: Cursor | null, limit: number): Promise<readonly StoredEvent[]> {
    checkLimit(limit);
    await yieldToEventLoop();
    this.#checkOpen();
    const position = this.#startPosition(after);
    return this.#run(() => this.#log.readStored(position, limit));
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    checkLimit(limit);
    let position = this.#closed ? 0 : this.#startPosition(after);
    while (!signal.aborted && !this.#closed) {
      const events = this.#read(position, limit);
      position += events.length;
      if (events.length > 0) {
        yield events;
        await yieldToEventLoop();
      } else await this.#waitForCommit(signal);
    }
  }

  async head(): Promise<Cursor | null> {
    this.#checkOpen();
    const head = this.#run(() => this.#log.head());
    return head === 0 ? null : String(head);
  }

  async lastRecordedAt(): Promise<string | null> {
    this.#checkOpen();
    return this.#run(() => this.#log.lastRecordedAt());
  }

  compare(a: Cursor, b: Cursor): number {
    return parseCursor(a) - parseCursor(b);
  }

  async checkWritable(): Promise<void> {
    this.#checkOpen();
    this.#checkFiles();
    if (this.#lastWrite !== null && this.#damage === null) {
      const { error, failedAt } = this.#lastWrite;
      if (error === null) return;
      if (performance.now() - failedAt < RETRY_WRITE_MS) throw error;
    }
    this.#write(() => this.#log.makeTrialCommit());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.drain();
    this.#wake();
    translateErrors(() => this.#log.close());
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
  }

  #read(after: number, limit: number): LogEvent[] {
    return this.#run(() => this.#log.read(after, limit));
  }

  /** Runs an operation on the log, and remembers if it finds the file damaged. */
  #run<T>(run: () => T): T {
    try {
      return translateErrors(run);
    } catch (error) {
      if (isDamagedFileError(error)) this.#damage ??= error;
      throw error;
    }
  }

  /**
   * Commits to an unlinked file are lost. So the files are checked before the write, and again before it is acknowledged.
   */
  #write<T>(run: () => T): T {
    if (this.#damage !== null) throw this.#damage;
    this.#checkFiles();
    try {
      const result = this.#runReopening(run);
      this.#checkFiles();
      this.#lastWrite = { error: null, failedAt: 0 };
      return result;
    } catch (error) {
      this.#lastWrite = { error: error as Error, failedAt: performance.now() };
      throw error;
    }
  }

  /** The damage is remembered: a file that reappears at the path may be another log. */
  #checkFiles(): void {
    try {
      this.#fileCheck?.check();
    } catch (error) {
      if (error instanceof StoreDamaged) this.#damage ??= error;
      throw error;
    }
  }

  #runReopening<T>(run: () => T): T {
    try {
      return this.#run(run);
    } catch (error) {
      if (!isReadOnlyError(error) || !this.#reopen()) throw error;
      return this.#run(run);
    }
  }

  /**
   * A connection that was opened on a read-only file stays read-only; tries to replace it with a new one on the same log.
   * Returns whether that succeeded.
   */
  #reopen(): boolean {
    const old = this.#log;
    let log: SqliteLog | null = null;
    try {
      this.#checkFiles();
      log = this.#openLog();
      this.#checkFiles();
      if (log.head() !== old.head()) return false;
      this.#log = log;
      return true;
    } catch {
      return false;
    } finally {
      (this.#log === old ? log : old)?.close();
    }
  }

  /** The position of a cursor. Throws RangeError past the end: such a cursor is of another log, and its reader would skip events. */
  #startPosition(cursor: Cursor | null): number {
    const position = cursor === null ? 0 : parseCursor(cursor);
    if (position > this.#run(() => this.#log.head())) throw new RangeError('the cursor lies past the end of this log');
    return position;
  }

  #wake(): void {
    for (const wake of this.#wakeCalls) wake();
  }

  /** Waits for the next commit, the end of the store or the signal. No commit can be missed: there is no await between the
   * empty read and this call. */
  async #waitForCommit(signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#wakeCalls.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await woken;
    this.#wakeCalls.delete(wake);
    signal.removeEventListener('abort', wake);
  }
}
