/**
 * A store whose appends are measured and whose damage is remembered: once damage is known, commands neither load streams
 * nor append. What they recorded would fork the history, since the damaged log is not the one that is repaired or restored.
 */
import {
  StoreBusy,
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
} from '../event-store/port.js';
import type { LogTime } from './log-time.js';

/** How an append ended: its outcome, or the name of the error. */
export interface AppendSeen {
  readonly outcome: string;
  readonly events: number;
  readonly seconds: number;
}

export class WatchedStore implements EventStore {
  readonly kind: string;
  #waiting = 0;
  #damage: StoreDamaged | null = null;
  #isVerified: boolean;
  #verifying: Promise<void> | null = null;

  /**
   * `verify` is asked before the first command, and again after the store was away, whether the log is still the one that
   * it was; it throws StoreDamaged where it is not. `time` keeps instants of recording in order; without it they stay as given.
   */
  constructor(
    private readonly store: EventStore,
    private readonly seen: (append: AppendSeen) => void,
    private readonly verify: (() => Promise<void>) | null = null,
    private readonly time: LogTime | null = null,
  ) {
    this.kind = store.kind;
    this.#isVerified = !this.#needsVerifying;
  }

  get #needsVerifying(): boolean {
    return this.verify !== null || this.time !== null;
  }

  get check(): LogCheck | null {
    return this.store.check ?? null;
  }

  /** Appends that were asked for and are not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether the log was found damaged. It stays so until somebody saw to it and the process starts again. */
  get damaged(): boolean {
    return this.#damage !== null;
  }

  /** Takes note of damage that somebody else found. */
  foundDamaged(damage: StoreDamaged): void {
    this.#damage ??= damage;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const began = performance.now();
    let outcome = 'Error';
    this.#waiting += 1;
    try {
      const appended = await this.#noting(this.#admitted(() => this.#append(stream, expected, events)));
      outcome = appended.outcome;
      return appended;
    } catch (error) {
      if (error instanceof Error) outcome = error.name;
      throw error;
    } finally {
      this.#waiting -= 1;
      this.seen({ outcome, events: events.length, seconds: (performance.now() - began) / 1_000 });
    }
  }

  /** Instants are given in the same turn in which the store takes the append: its order is theirs. */
  #append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const append = (timed: readonly NewEvent[]): Promise<AppendResult> => this.store.append(stream, expected, timed);
    return this.time === null ? append(events) : this.time.record(events, append);
  }

  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    return this.#noting(this.#admitted(() => this.store.readStream(stream, after, limit)));
  }

  read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    return this.#noting(this.store.read(after, limit));
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    try {
      yield* this.store.follow(after, signal, limit);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  head(): Promise<Cursor | null> {
    return this.#noting(this.store.head());
  }

  lastRecordedAt(): Promise<string | null> {
    return this.#noting(this.store.lastRecordedAt());
  }

  compare(a: Cursor, b: Cursor): number {
    return this.store.compare(a, b);
  }

  /** Also throws ClockBehind. */
  checkWritable(): Promise<void> {
    return this.#noting(this.store.checkWritable().then(() => this.#admitted(async () => this.time?.check())));
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** Calls at once where nothing has to be verified: the appends of one turn stay together and in order. */
  async #admitted<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#isVerified && this.#damage === null) await this.#verified();
    if (this.#damage !== null) throw this.#damage;
    return call();
  }

  /** One look for all who wait for it. */
  async #verified(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => (this.#verifying = null));
    await this.#verifying;
  }

  async #verify(): Promise<void> {
    await this.verify?.();
    this.time?.saw(await this.store.lastRecordedAt());
    this.#isVerified = true;
  }

  async #noting<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      throw this.#noted(error);
    }
  }

  #noted(error: unknown): unknown {
    if (error instanceof StoreDamaged) this.#damage ??= error;
    // A store that comes back may be another one, or have another log.
    if (error instanceof StoreUnavailable && !(error instanceof StoreBusy)) this.#isVerified = !this.#needsVerifying;
    return error;
  }
}
