/** The event store on an EventStoreDB server or cluster: many instances of the service may write to one log and follow it. */
import {
  BACKWARDS,
  END,
  ErrorType,
  FORWARDS,
  NO_STREAM,
  START,
  streamNameFilter,
  type Position,
  type RecordedEvent,
} from '@eventstore/db-client';
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from '../codec.js';
import {
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
import { conflictIn, isOfType, Refused } from './faults.js';
import { Lanes } from './lanes.js';
import { BEGINNING, comparePlaces, formatCursor, parseCursor, type Counted, type Place } from './place.js';
import { readTo } from './reading.js';
import { fromRecorded, toEventData } from './record.js';
import { Source } from './subscription.js';

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
    await store.head();
  } catch (error) {
    if (error instanceof Refused) {
      await store.close();
      throw error;
    }
  }
  return store;
};

/** Appends on their way at once: a connection carries a hundred calls, and reads want theirs. */
const IN_FLIGHT = 64;
/** Raw events asked for at once when the log is read, at least and at most. */
const FEWEST_RAW = 64;
const MOST_RAW = 1_000;
/** Characters of payload after which a read ends, so that large events cannot fill the memory. */
const MAX_READ_LENGTH = 16 * 1024 * 1024;
const CLOSE_MS = 10_000;

class EsdbEventStore implements EventStore {
  readonly kind = 'esdb';
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #lanes = new Lanes();
  readonly #turns = pLimit(IN_FLIGHT);
  readonly #closing = new AbortController();
  #underWay = new Set<Promise<Appended>>();
  #bytesUnderWay = 0;
  /** The furthest place up to which our events were counted. */
  #counted: Counted = BEGINNING;

  constructor({ url, register }: EsdbOptions) {
    this.#connection = new Connection(url);
    this.#prefix = `${register}.`;
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    if (this.#underWay.size >= MAX_QUEUED || this.#bytesUnderWay + append.bytes > MAX_QUEUED_BYTES)
      throw new StoreUnavailable('too many appends wait to be written');
    const answer = this.#lanes.run(stream, () => this.#turns(() => this.#write(append)));
    this.#underWay.add(answer);
    this.#bytesUnderWay += append.bytes;
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
      this.#bytesUnderWay -= append.bytes;
    }
  }

  /** Repeated after a lost answer with the same ids at the same revision: the server then answers as the first time. */
  #write({ stream, expected, records }: CheckedAppend): Promise<Appended> {
    const { client, options } = this.#connection;
    const expectedRevision = expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    const news = records.map(toEventData);
    return this.#connection.persist(async () => {
      try {
        const written = await client.appendToStream(this.#prefix + stream, news, { ...options, expectedRevision });
        const { nextExpectedRevision, position } = written;
        if (position === undefined) throw new Error('the server does not say where the events stand');
        const cursor = formatCursor({ ...position, position: null });
        return { outcome: 'appended', revision: Number(nextExpectedRevision), cursor };
      } catch (error) {
        const revision = conflictIn(error);
        if (revision === undefined) throw error;
        return { outcome: 'conflict', revision };
      }
    });
  }

  async readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    checkStream(stream);
    checkAfter(after);
    checkLimit(limit);
    this.#checkOpen();
    const { client, options } = this.#connection;
    return this.#connection.persist(async () => {
      const found: StreamEvent[] = [];
      let length = 0;
      const from = { fromRevision: BigInt(after + 1), maxCount: limit, direction: FORWARDS } as const;
      try {
        await readTo(client.readStream(this.#prefix + stream, { ...options, ...from }), ({ event }) => {
          if (event === undefined) return 'more';
          const [read, size] = this.#decode(event);
          found.push(Object.assign(read, { cursor: formatCursor(placeOf(event)) }));
          return (length += size) > MAX_READ_LENGTH ? 'enough' : 'more';
        });
      } catch (error) {
        if (!isOfType(error, ErrorType.STREAM_NOT_FOUND)) throw error;
      }
      return found;
    }, this.#closing.signal);
  }

  async read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? BEGINNING : parseCursor(after);
    this.#checkOpen();
    return this.#page(await this.#count(place), limit);
  }

  async *follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    checkLimit(limit);
    const place = after === null ? BEGINNING : parseCursor(after);
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    if (ending.aborted) return;
    try {
      const from = await this.#count(place);
      // Also sees to it that the place is of this log.
      await this.#page(from, 1);
      yield* this.#subscribe(from, ending, limit);
    } catch (error) {
      // What the end of the connection throws into those who wait is no error of theirs.
      if (!ending.aborted) throw error;
    }
  }

  async head(): Promise<Cursor | null> {
    this.#checkOpen();
    const { client, options } = this.#connection;
    let [from, seen, head]: [Position | typeof START | typeof END, number, RecordedEvent | undefined] = [
      END,
      0,
      undefined,
    ];
    const readOn = async (): Promise<void> => {
      seen = 0;
      const back = { fromPosition: from, direction: BACKWARDS, maxCount: MOST_RAW } as const;
      await readTo(client.readAll({ ...options, ...back }), ({ event }) => {
        if (event === undefined) return 'more';
        from = positionOf(placeOf(event));
        seen += 1;
        if (!this.#isOurs(event)) return 'more';
        head = event;
        return 'enough';
      });
    };
    do await this.#connection.persist(readOn, this.#closing.signal);
    while (head === undefined && seen > 0);
    return head === undefined ? null : formatCursor(placeOf(head));
  }

  compare(a: Cursor, b: Cursor): number {
    return comparePlaces(parseCursor(a), parseCursor(b));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const late = new AbortController();
    await Promise.race([
      Promise.allSettled(this.#underWay),
      sleep(CLOSE_MS, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    await this.#connection.dispose();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the store is closed');
  }

  #isOurs({ streamId }: RecordedEvent): boolean {
    return streamId.startsWith(this.#prefix);
  }

  /** An event of ours, with the length of its payload. Throws StoreDamaged for one that is none. */
  #decode(event: RecordedEvent): [Omit<StreamEvent, 'cursor'>, number] {
    const record = fromRecorded(event);
    const place = { stream: event.streamId.slice(this.#prefix.length), revision: Number(event.revision) };
    return [decode(place, record), record.payload.length];
  }

  /** The place with the number of our event there; counts up to it where nobody has yet. */
  async #count(place: Place): Promise<Counted> {
    if (place.position !== null) return place as Counted;
    let at = comparePlaces(this.#counted, place) <= 0 ? this.#counted : BEGINNING;
    while (comparePlaces(at, place) < 0) {
      const page = await this.#page(at, MOST_RAW);
      const reached = page.find(({ cursor }) => comparePlaces(parseCursor(cursor), place) >= 0) ?? page.at(-1);
      if (reached === undefined) throw new RangeError('the cursor lies past the end of this log');
      at = parseCursor(reached.cursor) as Counted;
    }
    if (comparePlaces(at, place) !== 0) throw new RangeError('the cursor is of another log');
    return at;
  }

  /** Our events after a counted place, at most `limit`, fewer where they are large; none at the end of the log. */
  async #page(after: Counted, limit: number): Promise<LogEvent[]> {
    const { client, options } = this.#connection;
    const found: LogEvent[] = [];
    let [place, counted, length, seen]: [Place, Counted, number, number] = [after, after, 0, 0];
    const isFull = (): boolean => found.length === limit || length > MAX_READ_LENGTH;
    const maxCount = Math.min(Math.max(limit, FEWEST_RAW), MOST_RAW) + 1;
    const take = (event: RecordedEvent): void => {
      place = placeOf(event);
      seen += 1;
      if (!this.#isOurs(event)) return;
      const [read, size] = this.#decode(event);
      counted = { ...place, position: counted.position + 1 };
      found.push(this.#located(read, counted));
      length += size;
    };
    // A read that fails halfway is repeated from where it came to.
    const readOn = async (): Promise<void> => {
      const from = place;
      let begun = from === BEGINNING;
      seen = 0;
      await readTo(
        client.readAll({ ...options, fromPosition: positionOf(from), direction: FORWARDS, maxCount }),
        ({ event }) => {
          if (event === undefined) return 'more';
          if (begun) take(event);
          else if (comparePlaces(placeOf(event), from) === 0) begun = true;
          else throw new RangeError('the cursor is of another log');
          return isFull() ? 'enough' : 'more';
        },
      );
      if (!begun) throw new RangeError('the cursor lies past the end of this log');
    };
    do await this.#connection.persist(readOn, this.#closing.signal);
    while (!isFull() && seen >= maxCount - 1);
    this.#remember(counted);
    return found;
  }

  #located(event: Omit<StreamEvent, 'cursor'>, place: Counted): LogEvent {
    return Object.assign(event, { cursor: formatCursor(place), position: place.position });
  }

  #remember(place: Counted): void {
    if (comparePlaces(this.#counted, place) < 0) this.#counted = place;
  }

  /**
   * Our events after a place for as long as the subscription lives. The server's own checkpoints are left aside: they run
   * ahead of what was taken out. Throws StoreUnavailable where it is dropped: whoever follows goes on from what they have.
   */
  async *#subscribe(after: Counted, ending: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    const { client, options } = this.#connection;
    const fromPosition = positionOf(after);
    const filter = streamNameFilter({ prefixes: [this.#prefix], maxSearchWindow: MOST_RAW });
    const source = new Source(
      client.subscribeToAll({ ...options, fromPosition, filter }, { highWaterMark: limit }),
      ending,
    );
    try {
      let place = after;
      for (let raw; (raw = await source.next(limit)) !== null;) {
        const batch: LogEvent[] = [];
        for (const { event } of raw) {
          // Delivered again, after the server lost track of what it had delivered.
          if (event === undefined || comparePlaces(placeOf(event), place) <= 0) continue;
          batch.push(
            this.#located(this.#decode(event)[0], (place = { ...placeOf(event), position: place.position + 1 })),
          );
        }
        this.#remember(place);
        if (batch.length > 0) yield batch;
      }
    } finally {
      source.end();
    }
  }
}

const positionOf = ({ commit, prepare }: Place): Position | typeof START => (commit < 0n ? START : { commit, prepare });

const placeOf = ({ position }: RecordedEvent): Position & { readonly position: null } => {
  if (position === undefined) throw new Error('the server does not say where an event stands');
  return { ...position, position: null };
};
