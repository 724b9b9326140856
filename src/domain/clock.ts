import type { Day } from './time.js';

/** Where time comes in as data. A demonstration fixes `today`; the instant of recording is never fixed. */
export interface Clock {
  /** The register's time zone (IANA name); its days are the register's days. */
  readonly timeZone: string;
  now(): Date;
  /** The day it is in the register's time zone. */
  today(): Day;
}
export const CLOCK = Symbol('Clock');
