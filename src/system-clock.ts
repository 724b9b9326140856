import type { Clock } from './domain/clock.js';
import { dayOfInstant } from './domain/time.js';
import type { Settings } from './settings.js';

/** The system's time. Today is the configured day, or else the current day in the register's time zone. */
export const systemClock = ({ timeZone, today }: Pick<Settings, 'timeZone' | 'today'>): Clock => ({
  timeZone,
  now: () => new Date(),
  today: () => today ?? dayOfInstant(timeZone, new Date()),
});
