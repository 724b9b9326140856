/** Argument checks of all adapters: RangeError for a bug of the caller, AppendTooLarge for too much data. */
import { reserialize, type EncodedRecord, type StreamRevision } from './codec.js';
import { encode } from './encode.js';
import {
  ADOPTED_TOGETHER,
  AppendTooLarge,
  MAX_APPEND_BYTES,
  MAX_EVENTS_PER_APPEND,
  MAX_READ,
  type AdoptedLeaf,
  type ExpectedRevision,
  type NewEvent,
  type UnplacedRecord,
} from './port.js';

/** Limits of the write queue: further appends are refused instead of filling the memory. */
export const MAX_QUEUED_APPENDS = 10_000;
export const MAX_QUEUED_APPEND_BYTES = 64 * 1024 * 1024;

/** A validated append with encoded events. */
export interface ValidatedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly records: readonly EncodedRecord[];
  readonly bytes: number;
}

/** Allowance per event for what an adapter adds to the payload, so that all adapters have the same limit. */
const RECORD_OVERHEAD_BYTES = 128;

/** The size of a record, as counted against MAX_APPEND_BYTES. */
export const recordSizeInBytes = ({ text }: Pick<EncodedRecord, 'text'>): number =>
  Buffer.byteLength(text) + RECORD_OVERHEAD_BYTES;

/**
 * Checks an append and encodes its events.
 * Throws RangeError (stream, expected revision, no events, duplicate id), AppendTooLarge, or TypeError (see `encode`).
 */
export const checkAppend = (stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): ValidatedAppend =>
  toCheckedAppend(stream, expected, events, encode);

/** As `checkAppend`, of records that are stored already; StoreDamaged instead of TypeError (see `reserialize`). */
export const checkAppendOfStoredEvents = (
  stream: string,
  expected: ExpectedRevision,
  records: readonly UnplacedRecord[],
): ValidatedAppend => toCheckedAppend(stream, expected, records, reserialize);

const toCheckedAppend = <E extends { readonly id: string }>(
  stream: string,
  expected: ExpectedRevision,
  events: readonly E[],
  serialize: (place: StreamRevision, event: E) => EncodedRecord,
): ValidatedAppend => {
  checkStreamName(stream);
  checkExpectedRevision(expected);
  if (events.length === 0) throw new RangeError('an append holds at least one event');
  if (events.length > MAX_EVENTS_PER_APPEND) {
    throw new AppendTooLarge(`${events.length} events; one append holds at most ${MAX_EVENTS_PER_APPEND}`);
  }
  if (new Set(events.map((event) => event.id)).size < events.length) throw new RangeError('an id stands twice');
  const first = expected === 'no-stream' ? 0 : expected + 1;
  const records = events.map((event, index) => serialize({ stream, revision: first + index }, event));
  const bytes = records.reduce((sum, record) => sum + recordSizeInBytes(record), 0);
  if (bytes > MAX_APPEND_BYTES)
    throw new AppendTooLarge(`${bytes} bytes; one append holds at most ${MAX_APPEND_BYTES}`);
  return { stream, expected, records, bytes };
};

/** Names that every store saves unchanged: bounded, without control characters or lone surrogates. */
const STREAM_NAME_PATTERN = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/** Throws RangeError for an invalid stream name. */
export const checkStreamName = (stream: string): void => {
  if (!STREAM_NAME_PATTERN.test(stream)) throw new RangeError('no name of a stream');
};

const checkExpectedRevision = (expected: ExpectedRevision): void => {
  if (expected === 'no-stream') return;
  if (!Number.isSafeInteger(expected) || expected < 0) throw new RangeError(`no revision: ${expected}`);
};

/** Throws RangeError unless 1 to MAX_READ. */
export const checkLimit = (limit: number): void => {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_READ) throw new RangeError(`no limit: ${limit}`);
};

/** Throws RangeError unless `after` is a multiple of ADOPTED_TOGETHER, and there are 1 to ADOPTED_TOGETHER leaves. */
export const checkAdoption = (after: number, leaves: readonly AdoptedLeaf[]): void => {
  if (!Number.isSafeInteger(after) || after < 0 || after % ADOPTED_TOGETHER !== 0)
    throw new RangeError(`no position to adopt after: ${after}`);
  if (leaves.length === 0 || leaves.length > ADOPTED_TOGETHER) throw new RangeError(`${leaves.length} leaves to adopt`);
};

/** Throws RangeError unless -1 or a revision. */
export const checkAfterRevision = (revision: number): void => {
  if (!Number.isSafeInteger(revision) || revision < -1) throw new RangeError(`no revision: ${revision}`);
};
