import type { Day } from './time.js';

/** Where domain and commands get the time from. A demonstration fixes `today`; `now`, which stamps recorded events, is always real. */
export interface Clock {
  /** IANA name of the time zone in which the register counts days. */
  readonly timeZone: string;
  now(): Date;
  /** The current day in `timeZone`. */
  today(): Day;
}
export const CLOCK = Symbol('Clock');
