/** A stored record as an event of the server, and back. Its payload is the event's JSON data, so that the server's own tools can show it. */
import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import type { StoredRecord } from '../codec.js';

/** When it was recorded stands in the metadata: the server's own stamp would change with every copy. */
export const toEventData = ({ id, type, recordedAt, payload }: StoredRecord): EventData =>
  jsonEvent({ id, type, data: JSON.parse(payload) as Record<string, unknown>, metadata: { recordedAt } });

/** Whatever is in it; the codec says whether it is one of ours. JSON that came from JSON is the same text again. */
export const fromRecorded = ({ id, type, data, metadata }: RecordedEvent): StoredRecord => ({
  id,
  type,
  recordedAt: (metadata as { readonly recordedAt?: unknown } | undefined)?.recordedAt as number,
  payload: JSON.stringify(data),
});
