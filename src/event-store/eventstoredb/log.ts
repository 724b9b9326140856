/** Reads from the server's log, which other registers and programs share: streams, pages, subscriptions. Counts positions
 * of this register's events. */
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
import { decode, type StreamRevision } from '../codec.js';
import { StoreDamaged, type Cursor, type LogEvent, type StoredEvent, type StreamEvent } from '../port.js';
import type { Connection } from './connection.js';
import { isClientError } from './faults.js';
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
import { toUnplacedRecord, estimatedJsonLength } from './record.js';
import { SubscriptionReader } from './subscription-reader.js';

/** Raw events (of all programs that share the server) that each read of a page asks for at least. */
const MIN_RAW_EVENTS_PER_READ = 64;
/** Raw events that a read asks for at most, besides the event that it starts from. */
const MAX_RAW_EVENTS_PER_READ = 1_000;
/** Characters of payload after which a read stops, to bound memory. */
const MAX_READ_CHARACTERS = 16 * 1024 * 1024;

/** Start, direction and maximum count of a read of `$all`. */
type RawReadOptions = Required<Pick<ReadAllOptions, 'direction' | 'fromPosition' | 'maxCount'>>;
type RawEventHandler = (event: RecordedEvent) => 'more' | 'enough';

interface LogHead {
  readonly cursor: Cursor;
  /** Epoch milliseconds, unchecked. */
  readonly recordedAt: number;
}

export class EsdbLog {
  /** The furthest server position up to which this register's events were counted. */
  #counted: CountedPosition = LOG_START;
  /** Cache: this register's last event in the part of the log that was searched already, and where that part ends. */
  #head: { readonly searchedUpTo: ServerPosition; readonly head: LogHead | null } = {
    searchedUpTo: LOG_START,
    head: null,
  };

  /** The register's streams are those whose names begin with `prefix`. */
  constructor(
    private readonly connection: Connection,
    private readonly guard: ResilientConnection,
    private readonly prefix: string,
  ) {}

  /** See EventStore.readStream. */
  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    const { client, options, callAttemptTimeoutMs } = this.connection;
    return this.guard.read(async () => {
      const events: StreamEvent[] = [];
      let length = 0;
      const from = { fromRevision: BigInt(after + 1), maxCount: limit, direction: FORWARDS } as const;
      try {
        await consumeRead(
          client.readStream(this.prefix + stream, { ...options, ...from }),
          callAttemptTimeoutMs,
          ({ event }) => {
            this.guard.onResponse();
            if (event === undefined) return 'more';
            if (Number(event.revision) !== after + 1 + events.length) throw incompleteStreamError(stream);
            events.push(Object.assign(this.#decode(event), { cursor: formatCursor(serverPositionOf(event)) }));
            return (length += estimatedJsonLength(event.data)) > MAX_READ_CHARACTERS ? 'enough' : 'more';
          },
        );
      } catch (error) {
        if (isClientError(error, ErrorType.STREAM_NOT_FOUND)) return [];
        throw error;
      }
      if (after < 0 && events.length === 0) throw incompleteStreamError(stream);
      return events;
    });
  }

  /** Reads one event of `$all` from the leader. Throws StoreUnavailable if none answers. */
  async checkReadable(): Promise<void> {
    await this.#readRaw({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }, () => 'enough');
  }

  /** This register's last event, null if none. Reads `$all` backwards to it, or to the position reached by the previous call. */
  async head(): Promise<LogHead | null> {
    const { searchedUpTo, head } = this.#head;
    const walk: { newest?: ServerPosition; oldest?: ServerPosition; found?: LogHead | null } = {};
    while (walk.found === undefined) {
      const from = walk.oldest;
      const fromPosition = from === undefined ? END : toClientPosition(from);
      await this.#readRaw({ direction: BACKWARDS, fromPosition, maxCount: MAX_RAW_EVENTS_PER_READ }, (event) => {
        const place = serverPositionOf(event);
        walk.newest ??= place;
        walk.oldest = place;
        if (comparePositions(place, searchedUpTo) <= 0) walk.found = head;
        else if (this.#isOwnEvent(event))
          walk.found = { cursor: formatCursor(place), recordedAt: toUnplacedRecord(event).recordedAt };
        return walk.found === undefined ? 'more' : 'enough';
      });
      if (walk.oldest === from) walk.found ??= null;
    }
    if (walk.newest !== undefined) this.#head = { searchedUpTo: walk.newest, head: walk.found };
    return walk.found;
  }

  /** Reads `$all`; after a failure it is repeated from the start, so `onEvent` may see events again. */
  #readRaw(from: RawReadOptions, onEvent: RawEventHandler): Promise<void> {
    return this.guard.read(() => this.#readRawOnce(from, onEvent));
  }

  /** As `#readRaw`, without retries. */
  #readRawOnce(from: RawReadOptions, onEvent: RawEventHandler): Promise<void> {
    const { client, options, callAttemptTimeoutMs } = this.connection;
    return consumeRead(client.readAll({ ...options, ...from }), callAttemptTimeoutMs, ({ event }) => {
      this.guard.onResponse();
      return event === undefined ? 'more' : onEvent(event);
    });
  }

  /** Finds the register's own position that belongs to a server position, counting events up to there if necessary. Throws RangeError if
   * the server position is not in this log. */
  async resolvePosition(place: ServerPosition): Promise<CountedPosition> {
    if (place.position !== null) return place as CountedPosition;
    let counted = comparePositions(this.#counted, place) <= 0 ? this.#counted : LOG_START;
    while (comparePositions(counted, place) < 0) {
      const readPage = await this.readPage(counted, MAX_RAW_EVENTS_PER_READ);
      const reached =
        readPage.find(({ cursor }) => comparePositions(parseCursor(cursor), place) >= 0) ?? readPage.at(-1);
      if (reached === undefined) throw new RangeError('the cursor lies past the end of this log');
      counted = parseCursor(reached.cursor) as CountedPosition;
    }
    if (comparePositions(counted, place) !== 0) throw new RangeError('the cursor is of another log');
    return counted;
  }

  /** Throws RangeError for a position that is not in this log. */
  async checkExists(place: ServerPosition): Promise<void> {
    if (place === LOG_START) return;
    const found = { same: false };
    await this.#readRaw({ direction: FORWARDS, fromPosition: toClientPosition(place), maxCount: 1 }, (event) => {
      found.same = comparePositions(serverPositionOf(event), place) === 0;
      return 'enough';
    });
    if (!found.same) throw new RangeError('the cursor is of another log');
  }

  /** The register's events after a position, at most `limit`, fewer if they are large; empty at the end of the log. */
  readPage(after: CountedPosition, limit: number): Promise<LogEvent[]> {
    return this.#page(after, limit, (event, place) => this.#withPosition(this.#decode(event), place));
  }

  /** As `readPage`, but each event as it is stored: neither checked nor upcast. */
  readStoredPage(after: CountedPosition, limit: number): Promise<StoredEvent[]> {
    return this.#page(after, limit, (event, place) => ({
      ...this.#placeOf(event),
      position: place.position,
      cursor: formatCursor(place),
      ...toUnplacedRecord(event),
    }));
  }

  async #page<E>(
    after: CountedPosition,
    limit: number,
    toEvent: (event: RecordedEvent, place: CountedPosition) => E,
  ): Promise<E[]> {
    const events: E[] = [];
    let [place, counted, length, rawCount]: [ServerPosition, CountedPosition, number, number] = [after, after, 0, 0];
    const isFull = (): boolean => events.length === limit || length > MAX_READ_CHARACTERS;
    const maxCount = Math.min(Math.max(limit, MIN_RAW_EVENTS_PER_READ), MAX_RAW_EVENTS_PER_READ) + 1;
    const take = (event: RecordedEvent): void => {
      place = serverPositionOf(event);
      rawCount += 1;
      if (!this.#isOwnEvent(event)) return;
      counted = { ...place, position: counted.position + 1 };
      events.push(toEvent(event, counted));
      this.guard.noteEvent(place, event.id);
      length += estimatedJsonLength(event.data);
    };
    // A retry continues after the last event received.
    const readNext = async (): Promise<void> => {
      const from = place;
      let isPastStart = from === LOG_START;
      rawCount = 0;
      await this.#readRawOnce({ direction: FORWARDS, fromPosition: toClientPosition(from), maxCount }, (event) => {
        if (isPastStart) take(event);
        else if (comparePositions(serverPositionOf(event), from) === 0) isPastStart = true;
        else throw new RangeError('the cursor is of another log');
        return isFull() ? 'enough' : 'more';
      });
      if (!isPastStart) throw new RangeError('the cursor lies past the end of this log');
    };
    // After a read with only events of other programs, very many more may follow: the head tells whether one of this register does.
    const mayContinue = async (before: CountedPosition): Promise<boolean> => {
      if (isFull() || rawCount < maxCount - 1) return false;
      if (counted !== before) return true;
      const head = await this.head();
      return head !== null && comparePositions(parseCursor(head.cursor), counted) > 0;
    };
    let before: CountedPosition;
    do {
      before = counted;
      await this.guard.read(readNext);
    } while (await mayContinue(before));
    this.#rememberCounted(counted);
    return events;
  }

  /**
   * Yields the register's events after a position until the signal aborts. The server's checkpoints run ahead of the events delivered, so
   * they only show that the subscription is alive. Throws StoreUnavailable if the subscription is dropped or falls silent; callers resume
   * from their last event.
   */
  async *subscribe(after: CountedPosition, ending: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    const { client, options, callAttemptTimeoutMs } = this.connection;
    const fromPosition = toClientPosition(after);
    const filter = streamNameFilter({
      prefixes: [this.prefix, metadataStreamOf(this.prefix)],
      maxSearchWindow: MAX_RAW_EVENTS_PER_READ,
      checkpointReached: async () => source.noteSignOfLife(),
    });
    let place = after;
    const isBehind = async (): Promise<boolean> => {
      const head = await this.head();
      return head !== null && comparePositions(parseCursor(head.cursor), place) > 0;
    };
    const source: SubscriptionReader = new SubscriptionReader(
      client.subscribeToAll({ ...options, fromPosition, filter }, { highWaterMark: limit }),
      ending,
      { silenceMs: callAttemptTimeoutMs, isBehind },
    );
    try {
      for (let raw; (raw = await source.nextBatchUntilAborted(limit)) !== null;) {
        const batch: LogEvent[] = [];
        for (const { event } of raw) {
          // The server may deliver events again after the subscription fell behind.
          if (event === undefined || comparePositions(serverPositionOf(event), place) <= 0) continue;
          if (!this.#isOwnEvent(event)) {
            await this.#checkHidesNothing(event);
            continue;
          }
          place = { ...serverPositionOf(event), position: place.position + 1 };
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

  /** For an event that changes stream settings: throws StoreDamaged if they hide the first events of a stream of this register. */
  async #checkHidesNothing({ streamId, data }: RecordedEvent): Promise<void> {
    if (!streamId.startsWith(metadataStreamOf(this.prefix)) || !HIDING_SETTINGS.some((name) => name in Object(data)))
      return;
    const stream = streamId.slice(metadataStreamOf(this.prefix).length);
    if ((await this.readStream(stream, -1, 1)).length === 0) throw incompleteStreamError(stream);
  }

  #isOwnEvent({ streamId }: RecordedEvent): boolean {
    return streamId.startsWith(this.prefix);
  }

  /** Decodes an event of this register. Throws StoreDamaged if it is invalid. */
  #decode(event: RecordedEvent): Omit<StreamEvent, 'cursor'> {
    return decode(this.#placeOf(event), toUnplacedRecord(event));
  }

  #placeOf(event: RecordedEvent): StreamRevision {
    return { stream: event.streamId.slice(this.prefix.length), revision: Number(event.revision) };
  }

  #withPosition(event: Omit<StreamEvent, 'cursor'>, place: CountedPosition): LogEvent {
    return Object.assign(event, { cursor: formatCursor(place), position: place.position });
  }

  #rememberCounted(place: CountedPosition): void {
    if (comparePositions(this.#counted, place) < 0) this.#counted = place;
  }
}

/** The name of the metadata stream in which the server keeps the settings of a stream. */
const metadataStreamOf = (stream: string): string => `$$${stream}`;

/** Settings by which others can hide events of a stream. A deleted stream has `$tb`. */
const HIDING_SETTINGS = ['$tb', '$maxCount', '$maxAge'];

const incompleteStreamError = (stream: string): StoreDamaged =>
  new StoreDamaged(`${stream} was deleted or cut short: its first events are gone`);

const toClientPosition = ({ commit, prepare }: ServerPosition): Position | typeof START =>
  commit < 0n ? START : { commit, prepare };

const serverPositionOf = ({ position }: RecordedEvent): Position & { readonly position: null } => {
  if (position === undefined) throw new Error('the server does not say where an event stands');
  return { ...position, position: null };
};
