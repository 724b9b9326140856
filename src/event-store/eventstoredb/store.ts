/** The event store on an EventStoreDB server or cluster: many instances of the service may write to one log and follow it. */
import { NO_STREAM, type EventData } from '@eventstore/db-client';
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatRecordedAt } from '../codec.js';
import {
  StoreBusy,
  StoreUnavailable,
  type AppendResult,
  type Cursor,
  type EventStore,
  type ExpectedRevision,
  type LogEvent,
  type NewEvent,
  type StreamEvent,
} from '../port.js';
import {
  checkAfter,
  checkAppend,
  checkLimit,
  checkStream,
  MAX_QUEUED,
  MAX_QUEUED_BYTES,
  type CheckedAppend,
} from '../request-checks.js';
import { Connection } from './connection.js';
import { conflictRevision, ServerRefused } from './faults.js';
import { ResilientConnection } from './resilient-connection.js';
import { KeyedQueue } from './keyed-queue.js';
import { EsdbLog } from './log.js';
import { LOG_START, comparePositions, formatCursor, parseCursor } from './server-position.js';
import { toEventData } from './record.js';

export interface EsdbOptions {
  /** As `isEsdbUrl` lets it through. */
  readonly url: string;
  /** Which register of the server: its streams are those whose names begin with this and a full stop. */
  readonly register: string;
  /**
   * Who is asked by many at once refuses at once, after so many milliseconds without any answer of the server, until it is back.
   * Left out by who works alone and would rather wait.
   */
  readonly unavailableAfterMs?: number;
}

/** A service calls a server away that has answered nothing for so long, in milliseconds, though asked. */
export const UNAVAILABLE_AFTER_MS = 500;

/**
 * The store on a server. Throws StoreUnavailable where the server refuses user, password or what they may do, or is not to be
 * trusted; one that is merely not there yet is no obstacle, since it may come.
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

/** Appends on their way at once: a connection carries a hundred calls, and reads want theirs. */
const IN_FLIGHT = 90;
/** How long a close waits for appends under way, in milliseconds. */
const CLOSE_MS = 1_000;

class EsdbEventStore implements EventStore {
  readonly kind = 'esdb';
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #queueByStream = new KeyedQueue();
  readonly #limitInFlight = pLimit(IN_FLIGHT);
  readonly #closing = new AbortController();
  readonly #aborted = new AbortController();
  readonly #resilient: ResilientConnection;
  readonly #log: EsdbLog;
  readonly #pendingAppends = new Set<Promise<AppendResult>>();
  #pendingBytes = 0;

  constructor({ url, register, unavailableAfterMs = Infinity }: EsdbOptions) {
    this.#connection = new Connection(url);
    this.#prefix = `${register}.`;
    this.#resilient = new ResilientConnection(this.#connection, register, unavailableAfterMs, {
      closing: this.#closing.signal,
      ended: this.#aborted.signal,
    });
    this.#log = new EsdbLog(this.#connection, this.#resilient, this.#prefix);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    if (this.#pendingAppends.size >= MAX_QUEUED || this.#pendingBytes + append.bytes > MAX_QUEUED_BYTES)
      throw new StoreBusy('too many appends wait to be written');
    const write = this.#writeCall(append);
    const answer = this.#resilient.write(write, (work) =>
      this.#queueByStream.run(stream, () => this.#limitInFlight(work)),
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
   * What writes the events as they are now. It is repeated after a lost answer with the same ids at the same revision: the server
   * then answers as the first time.
   */
  #writeCall({ stream, expected, records }: CheckedAppend): () => Promise<AppendResult> {
    const { client, options } = this.#connection;
    const expectedRevision = expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    const serverEvents = records.map(toEventData);
    return async () => {
      try {
        const append = client.appendToStream(this.#prefix + stream, serverEvents, { ...options, expectedRevision });
        const { nextExpectedRevision, position } = await this.#connection.withTimeout(append);
        if (position === undefined) throw new Error('the server does not say where the events stand');
        const place = { ...position, position: null };
        this.#resilient.noteEvent(place, (serverEvents.at(-1) as EventData).id);
        const cursor = formatCursor(place);
        return { outcome: 'appended', revision: Number(nextExpectedRevision), cursor };
      } catch (error) {
        const revision = conflictRevision(error);
        if (revision === undefined) throw error;
        return { outcome: 'conflict', revision };
      }
    };
  }

  async readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    checkStream(stream);
    checkAfter(after);
    checkLimit(limit);
    this.#checkOpen();
    return this.#log.readStream(stream, after, limit);
  }

  async read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? LOG_START : parseCursor(after);
    this.#checkOpen();
    return this.#log.page(await this.#log.resolvePosition(place), limit);
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
      // What the end of the connection throws into those who wait is no error of theirs.
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

  /** Whether the server lets us read its log, and append to it. Throws as the port says. */
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
    const late = sleep(CLOSE_MS, undefined, { signal: answered.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#pendingAppends), late]);
    answered.abort();
    this.#aborted.abort();
    await this.#connection.dispose();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the store is closed');
  }
}
