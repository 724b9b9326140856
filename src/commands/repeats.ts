/** Recognises a repeated request by the ids of its events in the log, so that idempotency keys never expire. */
import type { ReportedEvent } from '../domain/amendments.js';
import type { AnyEvent } from '../domain/events.js';
import { toNfc } from '../domain/text.js';
import { canonicalJson } from '../json/canonical.js';
import type { StreamEvent } from '../event-store/port.js';
import { keyedEventId, type RequestIdentity } from './ids.js';

export type RepeatCheckResult =
  /** `events`: those that the first request recorded, from which its answer is made again. */
  | { readonly outcome: 'repeat'; readonly events: readonly StreamEvent[] }
  /** The key was used with another body. */
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'new' };

/**
 * Whether the stream already has the events of the same request. Bodies are equal if they have the same events in the
 * same order. The order of JSON keys, undefined fields and Unicode composition (NFC) do not matter, nor do the
 * acknowledged codes and the types of corrected events, which the register adds.
 */
export const checkRepeat = (
  stream: readonly StreamEvent[],
  request: RequestIdentity,
  events: readonly ReportedEvent<AnyEvent>[],
): RepeatCheckResult => {
  const { key } = request;
  if (key === undefined) return { outcome: 'new' };
  const firstId = keyedEventId(request, key, 0);
  const start = stream.findIndex((stored) => stored.id === firstId);
  if (start === -1) return { outcome: 'new' };
  // One request is one append, so its events are consecutive. If one more has an id of this key, the first request was longer.
  const recorded = stream.slice(start, start + events.length);
  const isLonger = stream[start + events.length]?.id === keyedEventId(request, key, events.length);
  const isEqual = events.every((event, index) => {
    const stored = recorded[index];
    return stored?.id === keyedEventId(request, key, index) && comparableText(stored.event) === comparableText(event);
  });
  return isEqual && !isLonger ? { outcome: 'repeat', events: recorded } : { outcome: 'key-reused' };
};

/** The event as reported, without the type that the register adds to a correction. */
const withoutCorrectedType = (event: ReportedEvent<AnyEvent>): ReportedEvent<AnyEvent> => {
  if (event.type !== 'corrected') return event;
  const { correctedType: _, ...reported } = event;
  return reported;
};

/**
 * The event as canonical JSON in NFC. No character of JSON syntax composes with its neighbours, so normalising the whole text
 * normalises each string. Null if a correction, whose fields are checked only later, is nested too deep to be stored.
 */
const comparableText = (event: ReportedEvent<AnyEvent>): string | null => {
  try {
    return toNfc(canonicalJson(withoutCorrectedType(event)));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};
