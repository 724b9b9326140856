/** Finding out that a request has been answered before, from the log alone and therefore for ever. */
import type { AnyEvent } from '../domain/events.js';
import { toNfc } from '../domain/text.js';
import type { StreamEvent } from '../event-store/port.js';
import { keyedId, type Asked } from './ids.js';

export type Repeat =
  /** The events that the first request recorded; its answer is made from them. */
  | { readonly outcome: 'repeat'; readonly events: readonly StreamEvent[] }
  /** The key stands for another body. */
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'new' };

/**
 * Looks for the request among events of its stream. Equal are bodies with the same events in the same order; the order of
 * keys, absent fields and how letters are composed (NFC) do not matter, nor does what was acknowledged, which is not part of what was said.
 */
export const findRepeat = (stream: readonly StreamEvent[], asked: Asked, events: readonly AnyEvent[]): Repeat => {
  const { key } = asked;
  if (key === undefined) return { outcome: 'new' };
  const first = keyedId(asked, key, 0);
  const start = stream.findIndex((e) => e.id === first);
  if (start === -1) return { outcome: 'new' };
  // A batch is one append and so lies in one piece; the event behind its end must not be one of its own.
  const batch = stream.slice(start, start + events.length);
  const longer = stream[start + events.length]?.id === keyedId(asked, key, events.length);
  const equal = events.every((reported, index) => {
    const stored = batch[index];
    return stored?.id === keyedId(asked, key, index) && canonical(stored.event) === canonical(reported);
  });
  return equal && !longer ? { outcome: 'repeat', events: batch } : { outcome: 'key-reused' };
};

/** An event as text that is the same for every order of keys, every composition of letters, and whether or not an absent field is spelt out. */
const canonical = (event: AnyEvent): string =>
  JSON.stringify(event, (_, value: unknown) => {
    if (typeof value === 'string') return toNfc(value);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
