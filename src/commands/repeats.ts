/** Finding out that a request has been answered before, from the log alone and therefore for ever. */
import type { AnyFact } from '../domain/facts.js';
import { composed } from '../domain/text.js';
import type { StreamEvent } from '../event-store/port.js';
import { keyedId, type Asked } from './ids.js';

export type Repeat =
  /** The events that the first request recorded; its answer is made from them. */
  | { readonly outcome: 'repeat'; readonly events: readonly StreamEvent[] }
  /** The key stands for another body. */
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'new' };

/**
 * Looks for the request among events of its stream. Equal are bodies with the same facts in the same order; the order of
 * keys, absent fields and how letters are composed (NFC) do not matter, nor does what was acknowledged, which is not part of what was said.
 */
export const findRepeat = (events: readonly StreamEvent[], asked: Asked, facts: readonly AnyFact[]): Repeat => {
  const { key } = asked;
  if (key === undefined) return { outcome: 'new' };
  const first = keyedId(asked, key, 0);
  const start = events.findIndex((e) => e.id === first);
  if (start === -1) return { outcome: 'new' };
  // A batch is one append and so lies in one piece; the fact behind its end must not be one of its own.
  const batch = events.slice(start, start + facts.length);
  const longer = events[start + facts.length]?.id === keyedId(asked, key, facts.length);
  const equal = facts.every((fact, index) => {
    const event = batch[index];
    return event?.id === keyedId(asked, key, index) && canonical(event.fact) === canonical(fact);
  });
  return equal && !longer ? { outcome: 'repeat', events: batch } : { outcome: 'key-reused' };
};

/** A fact as text that is the same for every order of keys, every composition of letters, and whether or not an absent field is spelt out. */
const canonical = (fact: AnyFact): string =>
  JSON.stringify(fact, (_, value: unknown) => {
    if (typeof value === 'string') return composed(value);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
