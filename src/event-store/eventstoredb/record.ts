/** Converts records to and from the server's events. The payload is JSON data, so that the server's own tools can display it. */
import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import { parsePayload, type EncodedRecord } from '../codec.js';
import type { UnplacedRecord } from '../port.js';

/**
 * `recordedAt` is in the metadata, because the server's own timestamp would change with every copy; so is the leaf hash. The client
 * serializes the payload again: parsed from its canonical text, it keeps the order of keys.
 */
export const toEventData = ({ id, type, recordedAt, leaf, text }: EncodedRecord): EventData =>
  jsonEvent({
    id,
    type,
    data: parsePayload(text) as Record<string, unknown>,
    // As bytes, since the client would serialize an object less efficiently, through base64.
    metadata: utf8Encoder.encode(JSON.stringify({ ...(leaf === null ? {} : { leaf }), recordedAt })),
  });

const utf8Encoder = new TextEncoder();

/** The record of an event, not validated: that is the task of the codec. */
export const toUnplacedRecord = ({ id, type, data, metadata }: RecordedEvent): UnplacedRecord => {
  const { recordedAt, leaf = null } = (metadata ?? {}) as { readonly recordedAt?: number; readonly leaf?: string };
  return { id, type, recordedAt: recordedAt as number, payload: data, leaf };
};

/** Characters in the strings and keys of a JSON value: an estimate of its serialized length. */
export const estimatedJsonLength = (value: unknown): number => {
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
