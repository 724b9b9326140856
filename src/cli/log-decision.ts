/** What operators decide about a log, by commands that record it there: who decided, and the log opened so that events can be recorded. */
import type { Actor } from '../domain/event.js';
import type { EventStore } from '../event-store/port.js';
import type { LogDecision } from '../proof/adoption.js';
import type { Settings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { LogTime } from '../watching/log-time.js';
import { WatchedStore } from '../watching/watched-store.js';
import { CannotRun } from './exit.js';

/** As the header X-Actor. */
const PERSON_PATTERN = /^person:([0-9A-Za-z][0-9A-Za-z._-]{0,63})$/;

/** The decision of the person whom `--by` names. Throws CannotRun without one. */
export const decisionBy = (by: string | undefined): LogDecision => {
  const id = PERSON_PATTERN.exec(by ?? '')?.[1];
  if (id === undefined)
    throw new CannotRun('--by: expected person: and an opaque id, no name: person:7f3a. The log says who decided it');
  const actor: Actor = { kind: 'person', id, asserted: true };
  return { actor, now: new Date() };
};

/** The log, whose events get instants that do not go back. */
export const withLogTime = (log: EventStore, settings: Settings): EventStore =>
  new WatchedStore(log, () => undefined, null, new LogTime(systemClock(settings), settings.acceptClock?.getTime()));
