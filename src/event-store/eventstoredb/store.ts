/** The event store on an EventStoreDB server or cluster: many instances of the service may write to one log and follow it. */
import { NO_STREAM } from '@eventstore/db-client';
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  StoreBusy,
  StoreUnavailable,
  type Appended,
  type Cursor,
  type EventStore,
  type Expected,
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
} from '../request.js';
import { Connection } from './connection.js';
import { conflictIn, Refused } from './faults.js';
import { Lanes } from './lanes.js';
import { EsdbLog } from './log.js';
import { BEGINNING, comparePlaces, formatCursor, parseCursor } from './place.js';
import { toEventData } from './record.js';

export interface EsdbOptions {
  /** As `isEsdbUrl` lets it through. */
  readonly url: string;
  /** Which register of the server: its streams are those whose names begin with this and a full stop. */
  readonly register: string;
}

/**
 * The store on a server. Throws StoreUnavailable where the server refuses user, password or what they may do, or is not to be
 * trusted; one that is merely not there yet is no obstacle, since it may come.
 */
export const openEsdbStore = async (options: EsdbOptions): Promise<EventStore> => {
  const store = new EsdbEventStore(options);
  try {
    await store.checkWritable();
  } catch (error) {
    if (error instanceof Refused) {
      await store.close();
      throw error;
    }
  }
  return store;
};

/** Appends on their way at once: a connection carries a hundred calls, and reads want theirs. */
const IN_FLIGHT = 90;
/** How long a close waits for appends under way, in milliseconds. */
const CLOSE_MS = 10_000;

class EsdbEventStore implements EventStore {
  readonly kind = 'esdb';
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #lanes = new Lanes();
  readonly #turns = pLimit(IN_FLIGHT);
  readonly #closing = new AbortController();
  readonly #log: EsdbLog;
  readonly #underWay = new Set<Promise<Appended>>();
  #bytesUnderWay = 0;

  constructor({ url, register }: EsdbOptions) {
    this.#connection = new Connection(url);
    this.#prefix = `${register}.`;
    this.#log = new EsdbLog(this.#connection, this.#prefix, this.#closing.signal);
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    if (this.#underWay.size >= MAX_QUEUED || this.#bytesUnderWay + append.bytes > MAX_QUEUED_BYTES)
      throw new StoreBusy('too many appends wait to be written');
    const write = this.#writing(append);
    const answer = this.#lanes.run(stream, () => this.#turns(write));
    this.#underWay.add(answer);
    this.#bytesUnderWay += append.bytes;
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
      this.#bytesUnderWay -= append.bytes;
    }
  }

  /**
   * What writes the events as they are now. It is repeated after a lost answer with the same ids at the same revision: the server
   * then answers as the first time.
   */
  #writing({ stream, expected, records }: CheckedAppend): () => Promise<Appended> {
    const { client, options } = this.#connection;
    const expectedRevision = expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    const news = records.map(toEventData);
    const write = async (): Promise<Appended> => {
      try {
        const append = client.appendToStream(this.#prefix + stream, news, { ...options, expectedRevision });
        const { nextExpectedRevision, position } = await this.#connection.bounded(append);
        if (position === undefined) throw new Error('the server does not say where the events stand');
        const cursor = formatCursor({ ...position, position: null });
        return { outcome: 'appended', revision: Number(nextExpectedRevision), cursor };
      } catch (error) {
        const revision = conflictIn(error);
        if (revision === undefined) throw error;
        return { outcome: 'conflict', revision };
      }
    };
    return () => this.#connection.persist(write);
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
    const place = after === null ? BEGINNING : parseCursor(after);
    this.#checkOpen();
    return this.#log.page(await this.#log.count(place), limit);
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? BEGINNING : parseCursor(after);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const ended = (): boolean => ending.aborted;
    if (ended()) return;
    try {
      const from = await this.#log.count(place);
      await this.#log.check(from);
      yield* this.#log.subscribe(from, ending, limit);
    } catch (error) {
      // What the end of the connection throws into those who wait is no error of theirs.
      if (!ended()) throw error;
    }
  }

  async head(): Promise<Cursor | null> {
    this.#checkOpen();
    return this.#log.head();
  }

  /** Answered by a read that only a leader gives: one without a majority of its cluster steps down. */
  async checkWritable(): Promise<void> {
    this.#checkOpen();
    await this.#log.ask();
  }

  compare(a: Cursor, b: Cursor): number {
    return comparePlaces(parseCursor(a), parseCursor(b));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const answered = new AbortController();
    const late = sleep(CLOSE_MS, undefined, { signal: answered.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#underWay), late]);
    answered.abort();
    await this.#connection.dispose();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the store is closed');
  }
}
