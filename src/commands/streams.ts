/** Reads streams page by page. A store may return fewer events than the limit, so only an empty page is the end. */
import { MAX_READ, type EventStore, type StreamEvent } from '../event-store/port.js';

/** The most events of one case (with those merged into it), list, instrument or claim; a case has some dozens. */
export const MAX_EVENTS_PER_STREAM = 2_000;

/**
 * The events of a stream after a revision, at most MAX_EVENTS_PER_STREAM + 1: the extra one tells the caller that the
 * stream is too long.
 */
export const loadStream = (store: EventStore, stream: string, after = -1): Promise<readonly StreamEvent[]> =>
  readStreamAfter(store, stream, after, MAX_EVENTS_PER_STREAM + 1);

/** The events of a stream after a revision, at most `limit`. */
export const readStreamAfter = async (
  store: EventStore,
  stream: string,
  after: number,
  limit: number,
): Promise<readonly StreamEvent[]> => {
  const events: StreamEvent[] = [];
  while (events.length < limit) {
    const page = await store.readStream(stream, events.at(-1)?.revision ?? after, limit - events.length);
    if (page.length === 0) break;
    events.push(...page);
  }
  return events;
};

/** The last event of a stream of any length, null where the stream does not exist. */
export const lastEventOf = async (store: EventStore, stream: string): Promise<StreamEvent | null> => {
  let last: StreamEvent | undefined;
  for (;;) {
    const page: readonly StreamEvent[] = await store.readStream(stream, last?.revision ?? -1, MAX_READ);
    if (page.length === 0) return last ?? null;
    last = page.at(-1);
  }
};

/** The `recordedAt` of the next event: now, but never before the last event, even if the clock was set back. */
export const nextRecordedAt = (now: Date, lastEvent: StreamEvent | null): string => {
  const instant = now.toISOString();
  return lastEvent !== null && lastEvent.recordedAt > instant ? lastEvent.recordedAt : instant;
};
