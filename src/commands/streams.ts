/** Reading streams, bounded. A store gives fewer events than asked for where they are large; only an empty page is the end. */
import { MAX_READ, type EventStore, type StreamEvent } from '../event-store/port.js';

/** The most events of one case, list or instrument: far more than a life holds. */
export const MAX_EVENTS_PER_STREAM = 2_000;

/** The events of a stream after a revision, at most MAX_EVENTS_PER_STREAM + 1: one more than may be there says that it is too long. */
export const loadStream = (store: EventStore, stream: string, after = -1): Promise<readonly StreamEvent[]> =>
  readEvents(store, stream, after, MAX_EVENTS_PER_STREAM + 1);

/** The events of a stream after a revision, as many as there are and at most `limit`. */
export const readEvents = async (
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
export const lastOf = async (store: EventStore, stream: string): Promise<StreamEvent | null> => {
  let last: StreamEvent | undefined;
  for (;;) {
    const page: readonly StreamEvent[] = await store.readStream(stream, last?.revision ?? -1, MAX_READ);
    if (page.length === 0) return last ?? null;
    last = page.at(-1);
  }
};

/** The instant to record: now, but never before the last of the stream, whatever the clock did meanwhile. */
export const recordedAt = (now: Date, last: StreamEvent | null): string => {
  const instant = now.toISOString();
  return last !== null && last.recordedAt > instant ? last.recordedAt : instant;
};
