import type { Day } from './time.js';

/** The only source of time. A demonstration fixes `today`; `now`, which stamps recorded events, is always real. */
export interface Clock {
  /** IANA name of the time zone in which the register counts days. */
  readonly timeZone: string;
  now(): Date;
  /** The current day in `timeZone`. */
  today(): Day;
}
export const CLOCK = Symbol('Clock');
