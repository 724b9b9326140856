/** Converts records to and from the server's events. The payload is JSON data, so that the server's own tools can display it. */
import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import type { StoredRecord } from '../codec.js';

/** `recordedAt` is in the metadata, because the server's own timestamp would change with every copy. */
export const toEventData = ({ id, type, recordedAt, payload }: StoredRecord): EventData =>
  jsonEvent({
    id,
    type,
    data: payload as Record<string, unknown>,
    // As bytes, since the client would serialize an object less efficiently, through base64.
    metadata: utf8.encode(`{"recordedAt":${recordedAt}}`),
  });

const utf8 = new TextEncoder();

/** Not validated: that is the codec's task. */
export const fromRecorded = ({ id, type, data, metadata }: RecordedEvent): StoredRecord => ({
  id,
  type,
  recordedAt: (metadata as { readonly recordedAt?: unknown } | undefined)?.recordedAt as number,
  payload: data,
});

/** Characters in the strings and keys of a JSON value: an estimate of its serialized length. */
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
