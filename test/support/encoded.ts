import { parsePayload, type RecordWithPayloadText, type StreamRevision } from '../../src/event-store/codec.js';
import { encode } from '../../src/event-store/encode.js';
import type { NewEvent } from '../../src/event-store/port.js';

/** A new event as a store gives it back: with its payload, too. */
export const encoded = (place: StreamRevision, event: NewEvent, salt?: string): RecordWithPayloadText => {
  const record = encode(place, event, salt);
  return { ...record, payload: parsePayload(record.text) };
};
