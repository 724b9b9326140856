/** A store whose appends are measured and whose damage is remembered; the store itself knows nothing of it. */
import {
  StoreDamaged,
  type Appended,
  type Cursor,
  type EventStore,
  type Expected,
  type LogEvent,
  type NewEvent,
  type StreamEvent,
} from '../event-store/port.js';

/** How an append ended: its outcome, or the name of the error. */
export interface AppendSeen {
  readonly outcome: string;
  readonly events: number;
  readonly seconds: number;
}

export class WatchedStore implements EventStore {
  readonly kind: string;
  #waiting = 0;
  #damaged = false;

  constructor(
    private readonly store: EventStore,
    private readonly seen: (append: AppendSeen) => void,
  ) {
    this.kind = store.kind;
  }

  /** Appends that were asked for and are not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether something was found that cannot be read. It stays so until somebody saw to it and the process starts again. */
  get damaged(): boolean {
    return this.#damaged;
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const began = performance.now();
    let outcome = 'Error';
    this.#waiting += 1;
    try {
      const appended = await this.#noting(this.store.append(stream, expected, events));
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

  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    return this.#noting(this.store.readStream(stream, after, limit));
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

  compare(a: Cursor, b: Cursor): number {
    return this.store.compare(a, b);
  }

  checkWritable(): Promise<void> {
    return this.#noting(this.store.checkWritable());
  }

  close(): Promise<void> {
    return this.store.close();
  }

  async #noting<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      throw this.#noted(error);
    }
  }

  #noted(error: unknown): unknown {
    if (error instanceof StoreDamaged) this.#damaged = true;
    return error;
  }
}
