/**
 * Wraps a store: measures appends, and remembers damage. Once the log is known to be damaged, commands can neither load streams nor
 * append: their events would be lost, or fork the history, when the log is repaired or restored from a backup.
 */
import {
  StoreBusy,
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
} from '../event-store/port.js';
import type { LogTime } from './log-time.js';

export interface AppendMeasurement {
  /** The outcome, or the name of the error. */
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
   * `verify` throws StoreDamaged if the log contradicts the read models or its last checkpoint. It is called before the first
   * command, and again after the store was unavailable. Without `time`, `recordedAt` is stored as the caller set it.
   */
  constructor(
    private readonly store: EventStore,
    private readonly onAppendEnded: (append: AppendMeasurement) => void,
    private readonly verify: (() => Promise<void>) | null = null,
    private readonly time: LogTime | null = null,
  ) {
    this.kind = store.kind;
    this.#isVerified = !this.#needsVerifying;
  }

  get #needsVerifying(): boolean {
    return this.verify !== null || this.time !== null;
  }

  get logCheck(): LogCheck | null {
    return this.store.logCheck ?? null;
  }

  /** Appends in progress. */
  get pendingAppends(): number {
    return this.#waiting;
  }

  /** Stays true until the process restarts. */
  get isDamaged(): boolean {
    return this.#damage !== null;
  }

  /** Of all damage that was found, that at the first position; null if none. */
  get damage(): StoreDamaged | null {
    return this.#damage;
  }

  /** Also called for damage that the check of the log or the read models found. Of several, the one at the first position is kept. */
  markDamaged(damage: StoreDamaged): void {
    if (this.#damage === null || (damage.position ?? Infinity) < (this.#damage.position ?? Infinity))
      this.#damage = damage;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const startedAt = performance.now();
    let outcome = 'Error';
    this.#waiting += 1;
    try {
      const appended = await this.#rememberDamage(this.#ifUsable(() => this.#append(stream, expected, events)));
      outcome = appended.outcome;
      return appended;
    } catch (error) {
      if (error instanceof Error) outcome = error.name;
      throw error;
    } finally {
      this.#waiting -= 1;
      this.onAppendEnded({ outcome, events: events.length, seconds: (performance.now() - startedAt) / 1_000 });
    }
  }

  /** LogTime assigns instants in the same turn of the event loop in which the store queues the append, so both have the same order. */
  #append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const append = (timed: readonly NewEvent[]): Promise<AppendResult> => this.store.append(stream, expected, timed);
    return this.time === null ? append(events) : this.time.appendWithTimes(events, append);
  }

  appendStored(stream: string, expected: ExpectedRevision, records: readonly UnplacedRecord[]): Promise<AppendResult> {
    return this.#rememberDamage(this.#ifUsable(() => this.store.appendStored(stream, expected, records)));
  }

  adopt(after: number, leaves: readonly AdoptedLeaf[]): Promise<void> {
    return this.#rememberDamage(this.#ifUsable(() => this.store.adopt(after, leaves)));
  }

  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    return this.#rememberDamage(this.#ifUsable(() => this.store.readStream(stream, after, limit)));
  }

  read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    return this.#rememberDamage(this.store.read(after, limit));
  }

  readStored(after: Cursor | null, limit: number): Promise<readonly StoredEvent[]> {
    return this.#rememberDamage(this.store.readStored(after, limit));
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    try {
      yield* this.store.follow(after, signal, limit);
    } catch (error) {
      throw this.#onError(error);
    }
  }

  head(): Promise<Cursor | null> {
    return this.#rememberDamage(this.store.head());
  }

  lastRecordedAt(): Promise<string | null> {
    return this.#rememberDamage(this.store.lastRecordedAt());
  }

  compare(a: Cursor, b: Cursor): number {
    return this.store.compare(a, b);
  }

  /** Also throws ClockBehind, if the clock is too far behind for events to be recorded. */
  checkWritable(): Promise<void> {
    return this.#rememberDamage(
      this.store.checkWritable().then(() => this.#ifUsable(async () => this.time?.checkClock())),
    );
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** Verifies the log first if needed, and throws if it is damaged. Otherwise calls synchronously, so that appends keep their order. */
  async #ifUsable<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#isVerified && this.#damage === null) await this.#ensureVerified();
    if (this.#damage !== null) throw this.#damage;
    return call();
  }

  /** Concurrent calls share one verification. */
  async #ensureVerified(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => (this.#verifying = null));
    await this.#verifying;
  }

  async #verify(): Promise<void> {
    await this.verify?.();
    this.time?.observe(await this.store.lastRecordedAt());
    this.#isVerified = true;
  }

  async #rememberDamage<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      throw this.#onError(error);
    }
  }

  #onError(error: unknown): unknown {
    if (error instanceof StoreDamaged) this.markDamaged(error);
    // The server that becomes available again may have another log.
    if (error instanceof StoreUnavailable && !(error instanceof StoreBusy)) this.#isVerified = !this.#needsVerifying;
    return error;
  }
}
