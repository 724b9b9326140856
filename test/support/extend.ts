import { MAX_READ, type AppendResult, type EventStore, type NewEvent } from '../../src/event-store/port.js';

/** Appends at the end of a stream that has no other writer. */
export const appendToEnd = async (
  store: EventStore,
  stream: string,
  newEvents: readonly NewEvent[],
): Promise<AppendResult> => {
  let revision = -1;
  for (let page; (page = await store.readStream(stream, revision, MAX_READ)).length > 0;)
    revision = page.at(-1)?.revision ?? revision;
  return store.append(stream, revision < 0 ? 'no-stream' : revision, newEvents);
};
