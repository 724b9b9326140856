/**
 * The event-store port: the contract of every adapter, and all that other modules know about the store.
 *
 * - One stream an append; an append is atomic and acknowledged only when it is durable.
 * - Revisions count from 0 within a stream. Positions count from 1 over the whole log, without gaps, in the order
 *   in which events became durable; they are the same in every store, on every instance and after a copy.
 * - A cursor is a store-specific, opaque position in the log. Only `compare` orders cursors or tells whether two are
 *   equal. Cursors are used in checkpoints and in the token that a write returns, nowhere else.
 * - No reader ever skips an event: nothing is inserted before a position that `read` or `follow` has returned.
 *
 * Conflicts are values. Errors thrown: StoreUnavailable (retry later; StoreBusy if the queue is full), AppendTooLarge,
 * StoreDamaged (this build cannot read the log, or refuses to write to it), RangeError for an invalid stream name, revision,
 * limit or cursor, TypeError for an event that would not be read back exactly; anything else is a bug. After `close`,
 * `follow` ends, `compare` works, and everything else throws StoreUnavailable.
 */
import type { RecordedEvent } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';

export type Cursor = string;

/** An event to append: a recorded event without stream and revision, which follow from the arguments of `append`. */
export type NewEvent = Omit<RecordedEvent<AnyEvent>, 'stream' | 'revision'>;

/** An event read from its stream. */
export interface StreamEvent extends RecordedEvent<AnyEvent> {
  readonly cursor: Cursor;
}

/** An event read from the log. */
export interface LogEvent extends StreamEvent {
  readonly position: number;
}

/** What every store saves of an event, besides stream, revision and position. */
export interface UnplacedRecord {
  readonly id: string;
  readonly type: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly recordedAt: number;
  /**
   * A JSON value `{ commitment, data, meta, personal }`; events recorded before there were leaf hashes have no commitment. Only
   * `personal` holds personal data, so it can be sealed or erased without changing the rest.
   */
  readonly payload: unknown;
  /** The leaf hash (see `leaf.ts`), base64; null for events recorded before there were leaf hashes, until they are adopted. */
  readonly leaf: string | null;
  /** The stored text of the payload, where the store gives it. */
  readonly text?: string;
  /** Only of an adopted event: the commitment and salt that its leaf hash was made with, and that its payload lacks. */
  readonly adopted?: AdoptedCommitment;
}

/** The commitment to the personal part of an adopted event. */
export interface AdoptedCommitment {
  readonly commitment: string;
  /** Null once the personal part is erased. */
  readonly salt: string | null;
}

/** What a store keeps beside the log for an event recorded before there were leaf hashes, so that the log can be signed. */
export interface AdoptedLeaf extends AdoptedCommitment {
  readonly leaf: string;
}

/** An event exactly as it is stored, neither checked nor upcast: what is copied, exported and verified. */
export interface StoredEvent extends UnplacedRecord {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly cursor: Cursor;
}

/**
 * The expected last revision of the stream, or that it does not exist. There is no "any": such an append could not be
 * retried safely after its answer was lost.
 */
export type ExpectedRevision = 'no-stream' | number;

export type AppendResult =
  /** `revision` and `cursor` of the last event appended. */
  | { readonly outcome: 'appended'; readonly revision: number; readonly cursor: Cursor }
  /** Another writer was faster. `revision` is the stream's last, null if the stream does not exist. */
  | { readonly outcome: 'conflict'; readonly revision: number | null };

/** A background check of the whole log for missing events, started when the store was opened. */
export interface LogCheck {
  /** Events checked so far, out of `total` at opening. */
  readonly checked: number;
  readonly total: number;
  /** The damage found; null if none, or if the store was closed first. */
  readonly result: Promise<StoreDamaged | null>;
}

export interface EventStore {
  /** The adapter: `sqlite` or `esdb`. */
  readonly kind: string;

  /** The background check of the log, if the adapter has one. Appends are refused once damage is found. */
  readonly logCheck?: LogCheck | null;

  /**
   * Registers a listener, which must not throw; it is called after each commit of appends, and on close. Present only where other threads
   * may read the log from its file, since those threads do not notice commits by themselves.
   */
  readonly onCommit?: (listener: () => void) => void;

  /**
   * Appends 1 to MAX_EVENTS_PER_APPEND events, all or none. Idempotent: the same ids at the same expected revision write
   * nothing and return the first result. If only some of the ids were written, or others, the result is a conflict.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;

  /**
   * Events of a stream after a revision (-1: from the first), at most `limit`, fewer if they are large: only an
   * empty result means the end. Empty if the stream does not exist.
   */
  readStream(stream: string, after: number, limit: number): Promise<readonly StreamEvent[]>;

  /**
   * Events of the log after a cursor (null: from the first), in order, at most `limit`, fewer if they are large;
   * empty at the end. Throws RangeError for a cursor past the end: it belongs to another log.
   */
  read(after: Cursor | null, limit: number): Promise<readonly LogEvent[]>;

  /** Like `read`, but each event as it is stored, neither checked nor upcast: throws StoreDamaged for a missing event or a damaged file. */
  readStored(after: Cursor | null, limit: number): Promise<readonly StoredEvent[]>;

  /**
   * Like `append`, of records of another store or of a file, which are stored as they are. Throws StoreDamaged for a record that this
   * build cannot read, or that is not what its leaf hash was made of.
   */
  appendStored(stream: string, expected: ExpectedRevision, records: readonly UnplacedRecord[]): Promise<AppendResult>;

  /**
   * Stores leaf hashes for the events after the position `after` (a multiple of ADOPTED_TOGETHER), which must have none of their own. Each
   * call stores ADOPTED_TOGETHER of them, the last one the rest. Idempotent; throws StoreDamaged if others are stored for these events.
   */
  adopt(after: number, leaves: readonly AdoptedLeaf[]): Promise<void>;

  /**
   * A live subscription: the log after a cursor, then new events as they are appended, in batches of 1 to `limit`
   * events, without polling. Ends when the signal aborts or the store closes.
   */
  follow(after: Cursor | null, signal: AbortSignal, limit: number): AsyncIterable<readonly LogEvent[]>;

  /** The cursor of the last event, null if the log is empty. */
  head(): Promise<Cursor | null>;

  /** When the last event was recorded (ISO 8601, UTC), null if the log is empty. */
  lastRecordedAt(): Promise<string | null>;

  /** Negative, zero or positive if `a` is before, at or after `b`. Throws RangeError for an invalid cursor. */
  compare(a: Cursor, b: Cursor): number;

  /**
   * Resolves if an append could be made durable now: if the last one was, or else by a trial write that records no event.
   * Throws StoreUnavailable or StoreDamaged if not.
   */
  checkWritable(): Promise<void>;

  /** Refuses later calls, waits for pending appends (for a server only briefly), and releases files and connections. */
  close(): Promise<void>;
}

export const MAX_EVENTS_PER_APPEND = 1_000;
/** Maximum bytes of one append (payloads plus 128 for each event): the limit of EventStoreDB 24, enforced by every adapter. */
export const MAX_APPEND_BYTES = 1_048_576;
/** The largest `limit` of one read. */
export const MAX_READ = 5_000;

/** Events adopted by one call of `adopt`. It determines in which stored page a leaf hash is, so it must never change. */
export const ADOPTED_TOGETHER = 500;

/** The store cannot be reached or cannot write now. Whether the events of a failed append were recorded is unknown. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The write queue is full; nothing was recorded. */
export class StoreBusy extends StoreUnavailable {
  override readonly name = 'StoreBusy';
}

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}

/** The log holds something this build cannot read: damaged, foreign, or of a later version. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged';
  /** The first position that is known to be wrong; null where none is. */
  readonly position: number | null;

  constructor(
    message: string,
    { cause, position = null }: { readonly cause?: unknown; readonly position?: number | null } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.position = position;
  }
}

/** Injection token of the store. */
export const EVENT_STORE = Symbol('EventStore');
