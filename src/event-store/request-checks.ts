/** What every adapter checks before it does anything: a caller's bugs are RangeErrors, what is too large AppendTooLarge. */
import { encode, type StoredRecord } from './codec.js';
import {
  AppendTooLarge,
  MAX_APPEND_BYTES,
  MAX_EVENTS_PER_APPEND,
  MAX_READ,
  type ExpectedRevision,
  type NewEvent,
} from './port.js';

/** Appends that wait to be written: more than this is refused instead of piling up in memory. */
export const MAX_QUEUED = 10_000;
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** A record with its payload as the JSON text by which it is measured, and which a store may keep. */
export interface SerializedRecord extends StoredRecord {
  readonly text: string;
}

/** An append that a store may write as it stands. */
export interface CheckedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly records: readonly SerializedRecord[];
  readonly bytes: number;
}

/** What a store may add to a payload, whichever it is; counted so that the limit is the same for all. */
const RECORD_OVERHEAD_BYTES = 128;

/** The size of a record as MAX_APPEND_BYTES counts it. */
export const recordBytes = ({ text }: SerializedRecord): number => Buffer.byteLength(text) + RECORD_OVERHEAD_BYTES;

/** Throws TypeError (see `encode`). */
export const serialize = (event: NewEvent): SerializedRecord => {
  const record = encode(event);
  return { ...record, text: JSON.stringify(record.payload) };
};

/** Throws RangeError (stream, expectation, no events, an id twice), AppendTooLarge, or TypeError (see `encode`). */
export const checkAppend = (stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): CheckedAppend => {
  checkStream(stream);
  checkExpected(expected);
  if (events.length === 0) throw new RangeError('an append holds at least one event');
  if (events.length > MAX_EVENTS_PER_APPEND) {
    throw new AppendTooLarge(`${events.length} events; one append holds at most ${MAX_EVENTS_PER_APPEND}`);
  }
  if (new Set(events.map((event) => event.id)).size < events.length) throw new RangeError('an id stands twice');
  const records = events.map(serialize);
  const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
  if (bytes > MAX_APPEND_BYTES)
    throw new AppendTooLarge(`${bytes} bytes; one append holds at most ${MAX_APPEND_BYTES}`);
  return { stream, expected, records, bytes };
};

/** A name that every store keeps letter for letter: bounded, without control characters or halves of characters. */
const STREAM_NAME = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/** Throws RangeError for a name that no stream can have. */
export const checkStream = (stream: string): void => {
  if (!STREAM_NAME.test(stream)) throw new RangeError('no name of a stream');
};

const checkExpected = (expected: ExpectedRevision): void => {
  if (expected === 'no-stream') return;
  if (!Number.isSafeInteger(expected) || expected < 0) throw new RangeError(`no revision: ${expected}`);
};

/** Throws RangeError unless 1 to MAX_READ. */
export const checkLimit = (limit: number): void => {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_READ) throw new RangeError(`no limit: ${limit}`);
};

/** Throws RangeError unless -1 or a revision. */
export const checkAfter = (revision: number): void => {
  if (!Number.isSafeInteger(revision) || revision < -1) throw new RangeError(`no revision: ${revision}`);
};
