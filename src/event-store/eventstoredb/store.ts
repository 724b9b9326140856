/** The event store on an EventStoreDB server or cluster: many instances of the service may write to one log and follow it. */
import { NO_STREAM, type EventData } from '@eventstore/db-client';
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import { instantOf } from '../codec.js';
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
import { Guard } from './guard.js';
import { Lanes } from './lanes.js';
import { EsdbLog } from './log.js';
import { BEGINNING, comparePlaces, formatCursor, parseCursor } from './place.js';
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
  readonly awayAfterMs?: number;
}

/** A service calls a server away that has answered nothing for so long, in milliseconds, though asked. */
export const AWAY_AFTER_MS = 500;

/**
 * The store on a server. Throws StoreUnavailable where the server refuses user, password or what they may do, or is not to be
 * trusted; one that is merely not there yet is no obstacle, since it may come.
 */
export const openEsdbStore = async (options: EsdbOptions): Promise<EventStore> => {
  const store = new EsdbEventStore(options);
  try {
    await store.checkUsable();
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
const CLOSE_MS = 1_000;

class EsdbEventStore implements EventStore {
  readonly kind = 'esdb';
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #lanes = new Lanes();
  readonly #turns = pLimit(IN_FLIGHT);
  readonly #closing = new AbortController();
  readonly #ended = new AbortController();
  readonly #guard: Guard;
  readonly #log: EsdbLog;
  readonly #underWay = new Set<Promise<Appended>>();
  #bytesUnderWay = 0;

  constructor({ url, register, awayAfterMs = Infinity }: EsdbOptions) {
    this.#connection = new Connection(url);
    this.#prefix = `${register}.`;
    this.#guard = new Guard(this.#connection, register, awayAfterMs, {
      closing: this.#closing.signal,
      ended: this.#ended.signal,
    });
    this.#log = new EsdbLog(this.#connection, this.#guard, this.#prefix);
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    if (this.#underWay.size >= MAX_QUEUED || this.#bytesUnderWay + append.bytes > MAX_QUEUED_BYTES)
      throw new StoreBusy('too many appends wait to be written');
    const write = this.#writing(append);
    const answer = this.#guard.write(write, (work) => this.#lanes.run(stream, () => this.#turns(work)));
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
    return async () => {
      try {
        const append = client.appendToStream(this.#prefix + stream, news, { ...options, expectedRevision });
        const { nextExpectedRevision, position } = await this.#connection.bounded(append);
        if (position === undefined) throw new Error('the server does not say where the events stand');
        const place = { ...position, position: null };
        this.#guard.saw(place, (news.at(-1) as EventData).id);
        const cursor = formatCursor(place);
        return { outcome: 'appended', revision: Number(nextExpectedRevision), cursor };
      } catch (error) {
        const revision = conflictIn(error);
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
    return (await this.#log.head())?.cursor ?? null;
  }

  async lastRecordedAt(): Promise<string | null> {
    this.#checkOpen();
    const head = await this.#log.head();
    return head === null ? null : instantOf(head.recordedAt);
  }

  async checkWritable(): Promise<void> {
    this.#checkOpen();
    await this.#guard.checkWritable();
  }

  /** Whether the server lets us read its log, and append to it. Throws as the port says. */
  async checkUsable(): Promise<void> {
    await this.#log.ask();
    await this.checkWritable();
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
    this.#ended.abort();
    await this.#connection.dispose();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the store is closed');
  }
}
