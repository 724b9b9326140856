/** Reading streams, bounded. */
import { MAX_READ, type EventStore, type StreamEvent } from '../event-store/port.js';

/** The most facts of one case, list or instrument: far more than a life holds, and read at once (MAX_READ is more). */
export const MAX_FACTS = 2_000;

/** The events of a stream after a revision, at most MAX_FACTS + 1: one more than may be there says that it is too long. */
export const loadStream = (store: EventStore, stream: string, after = -1): Promise<readonly StreamEvent[]> =>
  store.readStream(stream, after, MAX_FACTS + 1);

/** The last event of a stream of any length, null where the stream does not exist. */
export const lastOf = async (store: EventStore, stream: string): Promise<StreamEvent | null> => {
  let last: StreamEvent | null = null;
  for (;;) {
    const page = await store.readStream(stream, last?.revision ?? -1, MAX_READ);
    last = page.at(-1) ?? last;
    if (page.length < MAX_READ) return last;
  }
};

/** The instant to record: now, but never before the last of the stream, whatever the clock did meanwhile. */
export const recordedAt = (now: Date, last: StreamEvent | null): string => {
  const instant = now.toISOString();
  return last !== null && last.recordedAt > instant ? last.recordedAt : instant;
};
