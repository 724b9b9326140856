/** The embedded event store: one SQLite file, one process, durable when it answers. */
import {
  StoreDamaged,
  StoreUnavailable,
  type AppendResult,
  type Cursor,
  type EventStore,
  type ExpectedRevision,
  type LogCheck,
  type LogEvent,
  type NewEvent,
  type StreamEvent,
} from '../port.js';
import { checkAfter, checkAppend, checkLimit, checkStream } from '../request-checks.js';
import { isDamagedFile, isReadOnlyError, openLogFile, translateErrors } from './file.js';
import { GroupCommit } from './group-commit.js';
import { SqliteLog } from './log.js';
import { startLogCheck } from './log-check.js';
import { OpenFiles } from './open-files.js';

/**
 * Opens a log in a file, or makes one; `:memory:` is a log that ends with its store. `readonly`: the file must be there, may
 * be written by another process, and appends throw StoreUnavailable.
 * Throws StoreDamaged where the file is something else or of a later version, StoreUnavailable where it cannot be opened.
 */
export const createSqliteStore = ({
  file,
  readonly,
}: {
  readonly file: string;
  readonly readonly?: true;
}): EventStore => new SqliteEventStore(file, readonly);

/** A cursor is the position as decimal digits. */
const CURSOR = /^[1-9]\d{0,15}$/;
const parseCursor = (cursor: Cursor): number => {
  const position = CURSOR.test(cursor) ? Number(cursor) : NaN;
  if (!Number.isSafeInteger(position)) throw new RangeError('no cursor of this store');
  return position;
};

/** Milliseconds for which a try to write that failed is not made again only because somebody asks. */
const RETRY_WRITE_MS = 1_000;

/** Lets everything else that waits have its turn. */
const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class SqliteEventStore implements EventStore {
  readonly kind = 'sqlite';
  /** Null where the log is only read: whoever reads it whole finds what is missing. */
  readonly check: LogCheck | null;
  readonly #openLog: () => SqliteLog;
  #log: SqliteLog;
  /** Null where nothing is written, or to memory. */
  readonly #files: OpenFiles | null;
  readonly #queue: GroupCommit;
  readonly #wakeCalls = new Set<() => void>();
  /** How the last write ended; null while there was none. */
  #lastWrite: { readonly error: Error | null; readonly at: number } | null = null;
  /** A file known to be damaged is not written to: that would make it worse. */
  #damage: StoreDamaged | null = null;
  #closed = false;

  constructor(file: string, readonly?: true) {
    this.#openLog = () => new SqliteLog(openLogFile(file, readonly));
    this.#log = this.#openLog();
    this.#files = readonly === true || file === ':memory:' ? null : new OpenFiles(file);
    this.#queue = new GroupCommit((appends) => {
      const answers = this.#write(() => this.#log.commit(appends));
      this.#wake();
      return answers;
    });
    this.check = this.#files === null ? null : this.#startCheck();
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

  async readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    checkStream(stream);
    checkAfter(after);
    checkLimit(limit);
    this.#checkOpen();
    return this.#run(() => this.#log.readStream(stream, after, limit));
  }

  async read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    checkLimit(limit);
    // Who pages through the whole log holds up nobody.
    await yieldToEventLoop();
    this.#checkOpen();
    return this.#read(this.#startPosition(after), limit);
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
      const { error, at } = this.#lastWrite;
      if (error === null) return;
      if (performance.now() - at < RETRY_WRITE_MS) throw error;
    }
    this.#write(() => this.#log.tryCommit());
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

  /** Runs something on the log, and remembers if that finds its file damaged. */
  #run<T>(run: () => T): T {
    try {
      return translateErrors(run);
    } catch (error) {
      if (isDamagedFile(error)) this.#damage ??= error;
      throw error;
    }
  }

  /**
   * What is committed to a file that nobody finds any more is not kept. So it looks before, to write nothing there, and after,
   * to acknowledge nothing.
   */
  #write<T>(run: () => T): T {
    if (this.#damage !== null) throw this.#damage;
    this.#checkFiles();
    try {
      const result = this.#runReopening(run);
      this.#checkFiles();
      this.#lastWrite = { error: null, at: 0 };
      return result;
    } catch (error) {
      this.#lastWrite = { error: error as Error, at: performance.now() };
      throw error;
    }
  }

  /** Stays damaged once it was: what came to the path meanwhile may be another log. */
  #checkFiles(): void {
    try {
      this.#files?.check();
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
   * A connection that was opened while the file could only be read never writes; a new one may, if it is the same log.
   * Whether there is one now.
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

  /** The position of a cursor; one past the end is of another log, and would make its reader skip what is to come. */
  #startPosition(cursor: Cursor | null): number {
    const position = cursor === null ? 0 : parseCursor(cursor);
    if (position > this.#run(() => this.#log.head())) throw new RangeError('the cursor lies past the end of this log');
    return position;
  }

  #wake(): void {
    for (const wake of this.#wakeCalls) wake();
  }

  /** Until the next commit, the store's end or the signal. Nothing can come between a read that was empty and this. */
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
