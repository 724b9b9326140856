/** The event store on an EventStoreDB server or cluster, whose log several instances of the service may share. */
import { NO_STREAM, type EventData } from '@eventstore/db-client';
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatRecordedAt } from '../codec.js';
import {
  StoreBusy,
  StoreDamaged,
  StoreUnavailable,
  type AdoptedLeaf,
  type AppendResult,
  type Cursor,
  type EventStore,
  type ExpectedRevision,
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
  MAX_QUEUED_APPENDS,
  MAX_QUEUED_APPEND_BYTES,
  type ValidatedAppend,
} from '../request-checks.js';
import { AdoptedLeafStore } from './adopted.js';
import { Connection } from './connection.js';
import { conflictRevision, ServerRefused } from './faults.js';
import { ResilientConnection } from './resilient-connection.js';
import { KeyedQueue } from './keyed-queue.js';
import { EsdbLog } from './log.js';
import { LOG_START, comparePositions, formatCursor, parseCursor } from './server-position.js';
import { toEventData } from './record.js';

export interface EsdbOptions {
  /** Must satisfy `isEsdbUrl`. */
  readonly url: string;
  /** The register's name; its streams are named `<register>.…` on the server. */
  readonly register: string;
  /**
   * Milliseconds without an answer after which calls fail at once until the server is back. Set by services; command-line
   * tools leave it out and wait.
   */
  readonly failFastAfterMs?: number;
}

/** Default of `failFastAfterMs` for services. */
export const FAIL_FAST_AFTER_MS = 500;

/**
 * Opens a store. Throws StoreUnavailable if the server refuses the credentials or lacks a trusted certificate. A server that
 * is not reachable yet is no error.
 */
export const openEsdbStore = async (options: EsdbOptions): Promise<EventStore> => {
  const store = new EsdbEventStore(options);
  try {
    await store.checkUsable();
  } catch (error) {
    if (error instanceof ServerRefused) {
      await store.close();
      throw error;
    }
  }
  return store;
};

/** Concurrent appends: a connection allows 100 calls, and some are left for reads. */
const MAX_CONCURRENT_APPENDS = 90;
/** Milliseconds for which `close` waits for pending appends. */
const CLOSE_TIMEOUT_MS = 1_000;

class EsdbEventStore implements EventStore {
  readonly kind = 'esdb';
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #queueByStream = new KeyedQueue();
  readonly #limitInFlight = pLimit(MAX_CONCURRENT_APPENDS);
  readonly #closing = new AbortController();
  readonly #aborted = new AbortController();
  readonly #resilient: ResilientConnection;
  readonly #log: EsdbLog;
  readonly #adopted: AdoptedLeafStore;
  readonly #pendingAppends = new Set<Promise<AppendResult>>();
  #pendingBytes = 0;

  constructor({ url, register, failFastAfterMs = Infinity }: EsdbOptions) {
    this.#connection = new Connection(url);
    this.#prefix = `${register}.`;
    this.#resilient = new ResilientConnection(this.#connection, register, failFastAfterMs, {
      stopReads: this.#closing.signal,
      stopAppends: this.#aborted.signal,
    });
    this.#log = new EsdbLog(this.#connection, this.#resilient, this.#prefix);
    this.#adopted = new AdoptedLeafStore(this.#connection, this.#resilient, register);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.#append(checkAppend(stream, expected, events));
  }

  async appendStored(
    stream: string,
    expected: ExpectedRevision,
    records: readonly UnplacedRecord[],
  ): Promise<AppendResult> {
    return this.#append(checkAppendOfStoredEvents(stream, expected, records));
  }

  async #append(append: ValidatedAppend): Promise<AppendResult> {
    this.#checkOpen();
    if (this.#pendingAppends.size >= MAX_QUEUED_APPENDS || this.#pendingBytes + append.bytes > MAX_QUEUED_APPEND_BYTES)
      throw new StoreBusy('too many appends wait to be written');
    const write = this.#writeCall(append);
    const answer = this.#resilient.write(write, (work) =>
      this.#queueByStream.run(append.stream, () => this.#limitInFlight(work)),
    );
    this.#pendingAppends.add(answer);
    this.#pendingBytes += append.bytes;
    try {
      return await answer;
    } finally {
      this.#pendingAppends.delete(answer);
      this.#pendingBytes -= append.bytes;
    }
  }

  /**
   * Returns a call that writes the events as they are now. It can be retried after a lost answer: with the same ids and the
   * same expected revision the server returns the first result.
   */
  #writeCall({ stream, expected, records }: ValidatedAppend): () => Promise<AppendResult> {
    const { client, options } = this.#connection;
    const expectedRevision = expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    const serverEvents = records.map(toEventData);
    const lastRevision = (expected === 'no-stream' ? -1 : expected) + records.length;
    return async () => {
      try {
        const append = client.appendToStream(this.#prefix + stream, serverEvents, { ...options, expectedRevision });
        const { nextExpectedRevision, position } = await this.#connection.withTimeout(append);
        // No position: the same events were stored earlier and deleted since. Another last revision: events before them were deleted.
        if (position === undefined || Number(nextExpectedRevision) !== lastRevision)
          throw new StoreDamaged('a stream of the log was deleted or cut short');
        const place = { ...position, position: null };
        this.#resilient.noteEvent(place, (serverEvents.at(-1) as EventData).id);
        const cursor = formatCursor(place);
        return { outcome: 'appended', revision: lastRevision, cursor };
      } catch (error) {
        const revision = conflictRevision(error);
        if (revision === undefined) throw error;
        return { outcome: 'conflict', revision };
      }
    };
  }

  async readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    checkStreamName(stream);
    checkAfterRevision(after);
    checkLimit(limit);
    this.#checkOpen();
    return this.#log.readStream(stream, after, limit);
  }

  async read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? LOG_START : parseCursor(after);
    this.#checkOpen();
    return this.#log.readPage(await this.#log.resolvePosition(place), limit);
  }

  async readStored(after: Cursor | null, limit: number): Promise<readonly StoredEvent[]> {
    checkLimit(limit);
    const place = after === null ? LOG_START : parseCursor(after);
    this.#checkOpen();
    return this.#adopted.addLeavesTo(await this.#log.readStoredPage(await this.#log.resolvePosition(place), limit));
  }

  async adopt(after: number, leaves: readonly AdoptedLeaf[]): Promise<void> {
    checkAdoption(after, leaves);
    this.#checkOpen();
    await this.#adopted.writePage(after, leaves);
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? LOG_START : parseCursor(after);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const ended = (): boolean => ending.aborted;
    if (ended()) return;
    try {
      const from = await this.#log.resolvePosition(place);
      await this.#log.checkExists(from);
      yield* this.#log.subscribe(from, ending, limit);
    } catch (error) {
      // Closing the connection makes the subscription throw; the follower just ends.
      if (!ended()) throw error;
    }
  }

  async head(): Promise<Cursor | null> {
    this.#checkOpen();
    return (await this.#log.head())?.cursor ?? null;
  }

  async lastRecordedAt(): Promise<string | null> {
    this.#checkOpen();
    const head = await this.#log.head();
    return head === null ? null : formatRecordedAt(head.recordedAt);
  }

  async checkWritable(): Promise<void> {
    this.#checkOpen();
    await this.#resilient.checkWritable();
  }

  /** Checks that the server allows reads and appends. Throws errors of the port. */
  async checkUsable(): Promise<void> {
    await this.#log.checkReadable();
    await this.checkWritable();
  }

  compare(a: Cursor, b: Cursor): number {
    return comparePositions(parseCursor(a), parseCursor(b));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const answered = new AbortController();
    const late = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: answered.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#pendingAppends), late]);
    answered.abort();
    this.#aborted.abort();
    await this.#connection.dispose();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the store is closed');
  }
}
