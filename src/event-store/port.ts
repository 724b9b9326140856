/**
 * The event-store port: what every store does, and all that the rest of the house knows of it.
 *
 * - One stream an append; an append is atomic and acknowledged only when it is durable.
 * - Revisions count from 0 within a stream. Positions count from 1 over the whole log, without gaps, in the order
 *   in which events became durable; they are the same in every store, on every instance and after a copy.
 * - A cursor is a store's own place in its log: an opaque string, ordered by `compare`, which alone says whether two of
 *   them are the same place. It goes into checkpoints and into the token that a write answers with, and nowhere else.
 * - No reader ever skips an event: what `read` and `follow` have passed never gets a new neighbour behind them.
 *
 * Conflicts are values. Errors thrown: StoreUnavailable (try again later; StoreBusy where too much waits), AppendTooLarge,
 * StoreDamaged (what this build cannot read, or will not write to); RangeError for a name, revision, limit or cursor that cannot be, TypeError for an event that
 * could not be read back as it is; anything else is a bug. After `close` everything but `compare` and `follow`, which
 * ends, throws StoreUnavailable.
 */
import type { RecordedEvent } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';

export type Cursor = string;

/** An event to append: a recorded event before its store gives it stream and revision. */
export type NewEvent = Omit<RecordedEvent<AnyEvent>, 'stream' | 'revision'>;

/** An event read from its stream. */
export interface StreamEvent extends RecordedEvent<AnyEvent> {
  readonly cursor: Cursor;
}

/** An event read from the log. */
export interface LogEvent extends StreamEvent {
  readonly position: number;
}

/**
 * What the writer believes: the stream does not exist, or its last revision. To believe nothing is not on offer: such an
 * append could not be repeated safely after its answer was lost.
 */
export type ExpectedRevision = 'no-stream' | number;

export type AppendResult =
  /** `revision` and `cursor` of the last event appended. */
  | { readonly outcome: 'appended'; readonly revision: number; readonly cursor: Cursor }
  /** Somebody was faster: the stream's last revision, null where it does not exist. */
  | { readonly outcome: 'conflict'; readonly revision: number | null };

/** A check of the whole log for missing events, begun when the store was opened. */
export interface LogCheck {
  /** Events checked, of those that there were at the opening. */
  readonly checked: number;
  readonly total: number;
  /** The damage that was found, null where there is none or the store was closed before. */
  readonly result: Promise<StoreDamaged | null>;
}

export interface EventStore {
  /** Which adapter this is: `sqlite`, `esdb`. */
  readonly kind: string;

  /** Where the adapter checks its log by itself. Once it finds damage, appends are refused. */
  readonly check?: LogCheck | null;

  /**
   * Appends 1 to MAX_EVENTS_PER_APPEND events, all or none.
   * Repeating an append with the same ids at the same expectation writes nothing and answers as the first time did.
   * Where only some of the ids are there already, or others are, it is a conflict.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;

  /**
   * Events of a stream after a revision (-1: from the first), at most `limit`, fewer where they are large: only an
   * empty answer is the end. Empty where the stream does not exist.
   */
  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]>;

  /**
   * Events of the log after a cursor (null: from the first), in order, at most `limit`, fewer where they are large;
   * empty at its end. Throws RangeError for a cursor that lies past the end: it is of another log.
   */
  read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]>;

  /**
   * The log after a cursor, then everything appended from now on, in batches of at least one and at most `limit`
   * events; wakes without polling. Ends when the signal aborts or the store closes.
   */
  follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncIterable<readonly LogEvent[]>;

  /** The cursor of the last event, null where the log is empty. */
  head(): Promise<Cursor | null>;

  /** When the last event of the log was recorded, null where the log is empty. */
  lastRecordedAt(): Promise<string | null>;

  /** Negative, zero or positive as `a` lies before, at or after `b`. Throws RangeError for what is no cursor of this store. */
  compare(a: Cursor, b: Cursor): number;

  /**
   * Whether an append could be made durable now. Where the last one was, that answers it; else it is tried, without
   * recording anything. Throws StoreUnavailable or StoreDamaged where it could not.
   */
  checkWritable(): Promise<void>;

  /** Answers what is under way, refuses what comes later, lets go of files and connections. */
  close(): Promise<void>;
}

export const MAX_EVENTS_PER_APPEND = 1_000;
/** Bytes of one append (payloads, and 128 for each event): the limit of a server of version 24, held by every adapter. */
export const MAX_APPEND_BYTES = 1_048_576;
/** The largest `limit` of events read at once from a stream or from the log. */
export const MAX_READ = 5_000;

/** The store cannot be reached or cannot write now; nothing is known to have been recorded. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** More waits to be written than the store takes; nothing of what was asked was recorded. */
export class StoreBusy extends StoreUnavailable {
  override readonly name = 'StoreBusy';
}

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}

/** An event in the log is not one this build can read: damaged, foreign, or of a later version. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged';
}

/** Token under which the composition root provides the store. */
export const EVENT_STORE = Symbol('EventStore');
