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
import type { Guard } from './guard.js';
import { BEGINNING, comparePlaces, formatCursor, parseCursor, type Counted, type Place } from './place.js';
import { readTo } from './reading.js';
import { fromRecorded, lengthOf } from './record.js';
import { Source } from './subscription.js';

/** Raw events asked for at once when the log is read, at least and at most. */
const FEWEST_RAW = 64;
const MOST_RAW = 1_000;
/** Characters of payload after which a read ends, so that large events cannot fill the memory. */
const MAX_READ_LENGTH = 16 * 1024 * 1024;

/** Where a read of the whole server begins, which way it goes, and how many raw events it asks for. */
type From = Required<Pick<ReadAllOptions, 'direction' | 'fromPosition' | 'maxCount'>>;
type Take = (event: RecordedEvent) => 'more' | 'enough';

interface Head {
  readonly cursor: Cursor;
  /** As stored. */
  readonly recordedAt: number;
}

export class EsdbLog {
  /** The furthest place up to which our events were counted. */
  #counted: Counted = BEGINNING;
  /** Our last event among all up to a place. */
  #head: { readonly upTo: Place; readonly head: Head | null } = { upTo: BEGINNING, head: null };

  /** Our streams are those whose names begin with the prefix. */
  constructor(
    private readonly connection: Connection,
    private readonly guard: Guard,
    private readonly prefix: string,
  ) {}

  /** As in the port. */
  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]> {
    const { client, options, tryMs } = this.connection;
    return this.guard.read(async () => {
      const found: StreamEvent[] = [];
      let length = 0;
      const from = { fromRevision: BigInt(after + 1), maxCount: limit, direction: FORWARDS } as const;
      try {
        await readTo(client.readStream(this.prefix + stream, { ...options, ...from }), tryMs, ({ event }) => {
          this.guard.heard();
          if (event === undefined) return 'more';
          found.push(Object.assign(this.#decode(event), { cursor: formatCursor(placeOf(event)) }));
          return (length += lengthOf(event.data)) > MAX_READ_LENGTH ? 'enough' : 'more';
        });
      } catch (error) {
        if (!isOfType(error, ErrorType.STREAM_NOT_FOUND)) throw error;
      }
      return found;
    });
  }

  /** One read of the whole server that only a leader gives. Throws StoreUnavailable where none does. */
  async ask(): Promise<void> {
    await this.#look({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }, () => 'enough');
  }

  /** Our last event, null where there is none. Walks back over what others wrote, as far as it has not been walked over before. */
  async head(): Promise<Head | null> {
    const { upTo, head } = this.#head;
    const walk: { newest?: Place; oldest?: Place; found?: Head | null } = {};
    while (walk.found === undefined) {
      const from = walk.oldest;
      const fromPosition = from === undefined ? END : positionOf(from);
      await this.#look({ direction: BACKWARDS, fromPosition, maxCount: MOST_RAW }, (event) => {
        const place = placeOf(event);
        walk.newest ??= place;
        walk.oldest = place;
        if (comparePlaces(place, upTo) <= 0) walk.found = head;
        else if (this.#isOurs(event))
          walk.found = { cursor: formatCursor(place), recordedAt: fromRecorded(event).recordedAt };
        return walk.found === undefined ? 'more' : 'enough';
      });
      if (walk.oldest === from) walk.found ??= null;
    }
    if (walk.newest !== undefined) this.#head = { upTo: walk.newest, head: walk.found };
    return walk.found;
  }

  /** Gives raw events of the whole server to `take`, again from the first of them where the read failed. */
  #look(from: From, take: Take): Promise<void> {
    return this.guard.read(() => this.#raw(from, take));
  }

  /** The same, tried once. */
  #raw(from: From, take: Take): Promise<void> {
    const { client, options, tryMs } = this.connection;
    return readTo(client.readAll({ ...options, ...from }), tryMs, ({ event }) => {
      this.guard.heard();
      return event === undefined ? 'more' : take(event);
    });
  }

  /** The place with the number of our event there; counts up to it where nobody has yet. */
  async count(place: Place): Promise<Counted> {
    if (place.position !== null) return place as Counted;
    let at = comparePlaces(this.#counted, place) <= 0 ? this.#counted : BEGINNING;
    while (comparePlaces(at, place) < 0) {
      const page = await this.page(at, MOST_RAW);
      const reached = page.find(({ cursor }) => comparePlaces(parseCursor(cursor), place) >= 0) ?? page.at(-1);
      if (reached === undefined) throw new RangeError('the cursor lies past the end of this log');
      at = parseCursor(reached.cursor) as Counted;
    }
    if (comparePlaces(at, place) !== 0) throw new RangeError('the cursor is of another log');
    return at;
  }

  /** Throws RangeError for a place that is not in this log. */
  async check(place: Place): Promise<void> {
    if (place === BEGINNING) return;
    const found = { same: false };
    await this.#look({ direction: FORWARDS, fromPosition: positionOf(place), maxCount: 1 }, (event) => {
      found.same = comparePlaces(placeOf(event), place) === 0;
      return 'enough';
    });
    if (!found.same) throw new RangeError('the cursor is of another log');
  }

  /** Our events after a counted place, at most `limit`, fewer where they are large; none at the end of the log. */
  async page(after: Counted, limit: number): Promise<LogEvent[]> {
    const found: LogEvent[] = [];
    let [place, counted, length, seen]: [Place, Counted, number, number] = [after, after, 0, 0];
    const isFull = (): boolean => found.length === limit || length > MAX_READ_LENGTH;
    const maxCount = Math.min(Math.max(limit, FEWEST_RAW), MOST_RAW) + 1;
    const take = (event: RecordedEvent): void => {
      place = placeOf(event);
      seen += 1;
      if (!this.#isOurs(event)) return;
      counted = { ...place, position: counted.position + 1 };
      found.push(this.#located(this.#decode(event), counted));
      this.guard.saw(place, event.id);
      length += lengthOf(event.data);
    };
    // A read that fails halfway is repeated from where it came to.
    const readOn = async (): Promise<void> => {
      const from = place;
      let begun = from === BEGINNING;
      seen = 0;
      await this.#raw({ direction: FORWARDS, fromPosition: positionOf(from), maxCount }, (event) => {
        if (begun) take(event);
        else if (comparePlaces(placeOf(event), from) === 0) begun = true;
        else throw new RangeError('the cursor is of another log');
        return isFull() ? 'enough' : 'more';
      });
      if (!begun) throw new RangeError('the cursor lies past the end of this log');
    };
    do await this.guard.read(readOn);
    while (!isFull() && seen >= maxCount - 1);
    this.#remember(counted);
    return found;
  }

  /**
   * Our events after a place for as long as the subscription lives. The server's own checkpoints are left aside: they run
   * ahead of what was taken out. Throws StoreUnavailable where it is dropped: whoever follows goes on from what they have.
   */
  async *subscribe(after: Counted, ending: AbortSignal, limit: number): AsyncGenerator<readonly LogEvent[]> {
    const { client, options } = this.connection;
    const fromPosition = positionOf(after);
    const filter = streamNameFilter({ prefixes: [this.prefix], maxSearchWindow: MOST_RAW });
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
          place = { ...placeOf(event), position: place.position + 1 };
          this.guard.saw(place, event.id);
          batch.push(this.#located(this.#decode(event), place));
        }
        this.#remember(place);
        if (batch.length > 0) yield batch;
      }
    } catch (error) {
      this.connection.failed();
      throw error;
    } finally {
      source.end();
    }
  }

  #isOurs({ streamId }: RecordedEvent): boolean {
    return streamId.startsWith(this.prefix);
  }

  /** An event of ours. Throws StoreDamaged for one that is none. */
  #decode(event: RecordedEvent): Omit<StreamEvent, 'cursor'> {
    const place = { stream: event.streamId.slice(this.prefix.length), revision: Number(event.revision) };
    return decode(place, fromRecorded(event));
  }

  #located(event: Omit<StreamEvent, 'cursor'>, place: Counted): LogEvent {
    return Object.assign(event, { cursor: formatCursor(place), position: place.position });
  }

  #remember(place: Counted): void {
    if (comparePlaces(this.#counted, place) < 0) this.#counted = place;
  }
}

const positionOf = ({ commit, prepare }: Place): Position | typeof START => (commit < 0n ? START : { commit, prepare });

const placeOf = ({ position }: RecordedEvent): Position & { readonly position: null } => {
  if (position === undefined) throw new Error('the server does not say where an event stands');
  return { ...position, position: null };
};
