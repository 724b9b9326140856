/** A stored record as an event of the server, and back. Its payload is the event's JSON data, so that the server's own tools can show it. */
import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import type { StoredRecord } from '../codec.js';

/** When it was recorded stands in the metadata: the server's own stamp would change with every copy. */
export const toEventData = ({ id, type, recordedAt, payload }: StoredRecord): EventData =>
  jsonEvent({
    id,
    type,
    data: payload as Record<string, unknown>,
    // As bytes, since the client would write an object as base 64 and read it again.
    metadata: utf8.encode(`{"recordedAt":${recordedAt}}`),
  });

const utf8 = new TextEncoder();

/** Whatever is in it; the codec says whether it is one of ours. */
export const fromRecorded = ({ id, type, data, metadata }: RecordedEvent): StoredRecord => ({
  id,
  type,
  recordedAt: (metadata as { readonly recordedAt?: unknown } | undefined)?.recordedAt as number,
  payload: data,
});

/** Characters in the texts and names of a JSON value: about the length of its own text. */
export const textLength = (value: unknown): number => {
  const pending = [value];
  let length = 0;
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') length += next.length;
    else if (typeof next === 'object' && next !== null)
      for (const [name, inner] of Object.entries(next)) {
        length += name.length;
        pending.push(inner);
      }
  }
  return length;
};
