/** Recognises a repeated request by the ids of its events in the log, so that idempotency keys never expire. */
import type { Reported } from '../domain/amendments.js';
import type { AnyEvent } from '../domain/events.js';
import { toNfc } from '../domain/text.js';
import { canonicalJson } from '../json/canonical.js';
import type { StreamEvent } from '../event-store/port.js';
import { keyedEventId, type RequestIdentity } from './ids.js';

export type RepeatCheck =
  /** `events`: those that the first request recorded, from which its answer is made again. */
  | { readonly outcome: 'repeat'; readonly events: readonly StreamEvent[] }
  /** The key was used with another body. */
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'new' };

/**
 * Whether the stream already has the events of the same request. Bodies are equal if they have the same events in the
 * same order. The order of keys, undefined fields and Unicode composition (NFC) do not matter, nor do the acknowledged
 * codes and the types of corrected events, which the register adds.
 */
export const checkRepeat = (
  stream: readonly StreamEvent[],
  request: RequestIdentity,
  events: readonly Reported<AnyEvent>[],
): RepeatCheck => {
  const { key } = request;
  if (key === undefined) return { outcome: 'new' };
  const firstId = keyedEventId(request, key, 0);
  const start = stream.findIndex((stored) => stored.id === firstId);
  if (start === -1) return { outcome: 'new' };
  // The events of one request are one append, so they are consecutive; the event behind them must not be of this key.
  const recorded = stream.slice(start, start + events.length);
  const isLonger = stream[start + events.length]?.id === keyedEventId(request, key, events.length);
  const isEqual = events.every((event, index) => {
    const stored = recorded[index];
    return stored?.id === keyedEventId(request, key, index) && comparableText(stored.event) === comparableText(event);
  });
  return isEqual && !isLonger ? { outcome: 'repeat', events: recorded } : { outcome: 'key-reused' };
};

/** The event as reported, without the type that the register adds to a correction. */
const asReported = (event: Reported<AnyEvent>): Reported<AnyEvent> => {
  if (event.type !== 'corrected') return event;
  const { correctedType: _, ...reported } = event;
  return reported;
};

/**
 * The syntax of JSON has no character that composes with its neighbours, so that composing the whole text composes each string
 * in it. Null for a correction whose fields, which are checked later, are nested deeper than anything that is stored.
 */
const comparableText = (event: Reported<AnyEvent>): string | null => {
  try {
    return toNfc(canonicalJson(asReported(event)));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};
