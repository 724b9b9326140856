/** What is read of the log on a server, ours among others': streams, pages, subscriptions, and the counting of positions. */
import {
  BACKWARDS,
  END,
  ErrorType,
  FORWARDS,
  START,
  streamNameFilter,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
} from '@eventstore/db-client';
import { decode } from '../codec.js';
import type { Cursor, LogEvent, StreamEvent } from '../port.js';
import type { Connection } from './connection.js';
import { isOfType } from './faults.js';
import type { ResilientConnection } from './resilient-connection.js';
import {
  LOG_START,
  comparePositions,
  formatCursor,
  parseCursor,
  type CountedPosition,
  type ServerPosition,
} from './server-position.js';
import { consumeRead } from './consume-read.js';
import { fromRecorded, textLength } from './record.js';
import { SubscriptionReader } from './subscription-reader.js';

/** Raw events asked for at once when the log is read, at least and at most. */
const MIN_RAW = 64;
const MAX_RAW = 1_000;
/** Characters of payload after which a read ends, so that large events cannot fill the memory. */
const MAX_READ_LENGTH = 16 * 1024 * 1024;

/** Where a read of the whole server begins, which way it goes, and how many raw events it asks for. */
type RawReadOptions = Required<Pick<ReadAllOptions, 'direction' | 'fromPosition' | 'maxCount'>>;
type OnRawEvent = (event: RecordedEvent) => 'more' | 'enough';

interface Head {
  readonly cursor: Cursor;
  /** As stored. */
  readonly recordedAt: number;
}

export class EsdbLog {
  /** The furthest place up to which our events were counted. */
  #counted: CountedPosition = LOG_START;
  /** Our last event among all up to a place. */
  #head: { readonly upTo: ServerPosition; readonly head: Head | null } = { upTo: LOG_START, head: null };

  /** Our streams are those whose names begin with the prefix. */
  constructor(
    private readonly connection: Connection,
    private readonly guard: ResilientConnection,
    private readonly prefix: string,
  ) {}

  /** As in the port. */
  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    const { client, options, tryMs } = this.connection;
    return this.guard.read(async () => {
      const events: StreamEvent[] = [];
      let length = 0;
      const from = { fromRevision: BigInt(after + 1), maxCount: limit, direction: FORWARDS } as const;
      try {
        await consumeRead(client.readStream(this.prefix + stream, { ...options, ...from }), tryMs, ({ event }) => {
          this.guard.onResponse();
          if (event === undefined) return 'more';
          events.push(Object.assign(this.#decode(event), { cursor: formatCursor(serverPosition(event)) }));
          return (length += textLength(event.data)) > MAX_READ_LENGTH ? 'enough' : 'more';
        });
      } catch (error) {
        if (!isOfType(error, ErrorType.STREAM_NOT_FOUND)) throw error;
      }
      return events;
    });
  }

  /** One read of the whole server that only a leader gives. Throws StoreUnavailable where none does. */
  async checkReadable(): Promise<void> {
    await this.#readRaw({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }, () => 'enough');
  }

  /** Our last event, null where there is none. Walks back over what others wrote, as far as it has not been walked over before. */
  async head(): Promise<Head | null> {
    const { upTo, head } = this.#head;
    const walk: { newest?: ServerPosition; oldest?: ServerPosition; found?: Head | null } = {};
    while (walk.found === undefined) {
      const from = walk.oldest;
      const fromPosition = from === undefined ? END : toClientPosition(from);
      await this.#readRaw({ direction: BACKWARDS, fromPosition, maxCount: MAX_RAW }, (event) => {
        const place = serverPosition(event);
        walk.newest ??= place;
        walk.oldest = place;
        if (comparePositions(place, upTo) <= 0) walk.found = head;
        else if (this.#isOwnEvent(event))
          walk.found = { cursor: formatCursor(place), recordedAt: fromRecorded(event).recordedAt };
        return walk.found === undefined ? 'more' : 'enough';
      });
      if (walk.oldest === from) walk.found ??= null;
    }
    if (walk.newest !== undefined) this.#head = { upTo: walk.newest, head: walk.found };
    return walk.found;
  }

  /** Gives raw events of the whole server to `take`, again from the first of them where the read failed. */
  #readRaw(from: RawReadOptions, onEvent: OnRawEvent): Promise<void> {
    return this.guard.read(() => this.#readRawOnce(from, onEvent));
  }

  /** The same, tried once. */
  #readRawOnce(from: RawReadOptions, onEvent: OnRawEvent): Promise<void> {
    const { client, options, tryMs } = this.connection;
    return consumeRead(client.readAll({ ...options, ...from }), tryMs, ({ event }) => {
      this.guard.onResponse();
      return event === undefined ? 'more' : onEvent(event);
    });
  }

  /** The place with the number of our event there; counts up to it where nobody has yet. */
  async resolvePosition(place: ServerPosition): Promise<CountedPosition> {
    if (place.position !== null) return place as CountedPosition;
    let counted = comparePositions(this.#counted, place) <= 0 ? this.#counted : LOG_START;
    while (comparePositions(counted, place) < 0) {
      const readPage = await this.page(counted, MAX_RAW);
      const reached =
        readPage.find(({ cursor }) => comparePositions(parseCursor(cursor), place) >= 0) ?? readPage.at(-1);
      if (reached === undefined) throw new RangeError('the cursor lies past the end of this log');
      counted = parseCursor(reached.cursor) as CountedPosition;
    }
    if (comparePositions(counted, place) !== 0) throw new RangeError('the cursor is of another log');
    return counted;
  }

  /** Throws RangeError for a place that is not in this log. */
  async checkExists(place: ServerPosition): Promise<void> {
    if (place === LOG_START) return;
    const found = { same: false };
    await this.#readRaw({ direction: FORWARDS, fromPosition: toClientPosition(place), maxCount: 1 }, (event) => {
      found.same = comparePositions(serverPosition(event), place) === 0;
      return 'enough';
    });
    if (!found.same) throw new RangeError('the cursor is of another log');
  }

  /** Our events after a counted place, at most `limit`, fewer where they are large; none at the end of the log. */
  async page(after: CountedPosition, limit: number): Promise<LogEvent[]> {
    const events: LogEvent[] = [];
    let [place, counted, length, rawCount]: [ServerPosition, CountedPosition, number, number] = [after, after, 0, 0];
    const isFull = (): boolean => events.length === limit || length > MAX_READ_LENGTH;
    const maxCount = Math.min(Math.max(limit, MIN_RAW), MAX_RAW) + 1;
    const take = (event: RecordedEvent): void => {
      place = serverPosition(event);
      rawCount += 1;
      if (!this.#isOwnEvent(event)) return;
      counted = { ...place, position: counted.position + 1 };
      events.push(this.#withPosition(this.#decode(event), counted));
      this.guard.noteEvent(place, event.id);
      length += textLength(event.data);
    };
    // A read that fails halfway is repeated from where it came to.
    const readNext = async (): Promise<void> => {
      const from = place;
      let isPastStart = from === LOG_START;
      rawCount = 0;
      await this.#readRawOnce({ direction: FORWARDS, fromPosition: toClientPosition(from), maxCount }, (event) => {
        if (isPastStart) take(event);
        else if (comparePositions(serverPosition(event), from) === 0) isPastStart = true;
        else throw new RangeError('the cursor is of another log');
        return isFull() ? 'enough' : 'more';
      });
      if (!isPastStart) throw new RangeError('the cursor lies past the end of this log');
    };
    do await this.guard.read(readNext);
    while (!isFull() && rawCount >= maxCount - 1);
    this.#rememberCounted(counted);
    return events;
  }

  /**
   * Our events after a place for as long as the subscription lives. The server's own checkpoints are left aside: they run
   * ahead of what was taken out. Throws StoreUnavailable where it is dropped: whoever follows goes on from what they have.
   */
  async *subscribe(after: CountedPosition, ending: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    const { client, options } = this.connection;
    const fromPosition = toClientPosition(after);
    const filter = streamNameFilter({ prefixes: [this.prefix], maxSearchWindow: MAX_RAW });
    const source = new SubscriptionReader(
      client.subscribeToAll({ ...options, fromPosition, filter }, { highWaterMark: limit }),
      ending,
    );
    try {
      let place = after;
      for (let raw; (raw = await source.nextBatch(limit)) !== null;) {
        const batch: LogEvent[] = [];
        for (const { event } of raw) {
          // Delivered again, after the server lost track of what it had delivered.
          if (event === undefined || comparePositions(serverPosition(event), place) <= 0) continue;
          place = { ...serverPosition(event), position: place.position + 1 };
          this.guard.noteEvent(place, event.id);
          batch.push(this.#withPosition(this.#decode(event), place));
        }
        this.#rememberCounted(place);
        if (batch.length > 0) yield batch;
      }
    } catch (error) {
      this.connection.countFailure();
      throw error;
    } finally {
      source.close();
    }
  }

  #isOwnEvent({ streamId }: RecordedEvent): boolean {
    return streamId.startsWith(this.prefix);
  }

  /** An event of ours. Throws StoreDamaged for one that is none. */
  #decode(event: RecordedEvent): Omit<StreamEvent, 'cursor'> {
    const place = { stream: event.streamId.slice(this.prefix.length), revision: Number(event.revision) };
    return decode(place, fromRecorded(event));
  }

  #withPosition(event: Omit<StreamEvent, 'cursor'>, place: CountedPosition): LogEvent {
    return Object.assign(event, { cursor: formatCursor(place), position: place.position });
  }

  #rememberCounted(place: CountedPosition): void {
    if (comparePositions(this.#counted, place) < 0) this.#counted = place;
  }
}

const toClientPosition = ({ commit, prepare }: ServerPosition): Position | typeof START =>
  commit < 0n ? START : { commit, prepare };

const serverPosition = ({ position }: RecordedEvent): Position & { readonly position: null } => {
  if (position === undefined) throw new Error('the server does not say where an event stands');
  return { ...position, position: null };
};
