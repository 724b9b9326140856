/** The parameter `knownAt`: the point of the log up to which a query takes account of events. */
import { Temporal } from 'temporal-polyfill';
import { parseDay, type Day } from './time.js';

export type KnownAt =
  /** What was known at the end of the day in the register's time zone; today means what is known now. */
  | { readonly kind: 'day'; readonly day: Day }
  | { readonly kind: 'instant'; readonly instant: Date }
  /** What the log says up to a position. */
  | { readonly kind: 'position'; readonly position: number };

const POSITION_PATTERN = /^position:(0|[1-9]\d{0,14})$/;

/** RFC 3339 with an offset, whose seconds may be left out; `Temporal` also takes forms without an offset, and annotations. */
const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Parses `2026-01-05`, `2026-01-05T10:00:00Z` or `position:1234`; null for anything else. Instants are cut to milliseconds. */
export const parseKnownAt = (text: string): KnownAt | null => {
  const position = POSITION_PATTERN.exec(text)?.[1];
  if (position !== undefined) return { kind: 'position', position: Number(position) };
  const day = parseDay(text);
  if (day !== null) return { kind: 'day', day };
  const instant = INSTANT_PATTERN.test(text) ? parseOffsetInstant(text) : null;
  return instant === null ? null : { kind: 'instant', instant };
};

const parseOffsetInstant = (text: string): Date | null => {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return null;
  }
};

/** The parameter that stands for a position. */
export const knownAtPosition = (position: number): string => `position:${position}`;
