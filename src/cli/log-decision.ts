/** For commands that record an operator's decision about the log in the log itself: who decided, and a store that keeps time in order. */
import type { Actor } from '../domain/event.js';
import type { EventStore } from '../event-store/port.js';
import type { OperatorDecision } from '../proof/adoption.js';
import type { Settings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { LogTime } from '../watching/log-time.js';
import { WatchedStore } from '../watching/watched-store.js';
import { CannotRun } from './exit.js';

/** The option `--by`: a person, written as in the header X-Actor. */
const PERSON_PATTERN = /^person:([0-9A-Za-z][0-9A-Za-z._-]{0,63})$/;

/** A decision by the person whom `--by` names, made now. Throws CannotRun if it names none. */
export const decisionBy = (by: string | undefined): OperatorDecision => {
  const id = PERSON_PATTERN.exec(by ?? '')?.[1];
  if (id === undefined)
    throw new CannotRun('--by: expected person: and an opaque id, no name: person:7f3a. The log says who decided it');
  const actor: Actor = { kind: 'person', id, asserted: true };
  return { actor, decidedAt: new Date() };
};

/** Wraps the log so that no event is recorded with an earlier `recordedAt` than the one before it. */
export const withNonDecreasingTimes = (log: EventStore, settings: Settings): EventStore =>
  new WatchedStore(log, () => undefined, null, new LogTime(systemClock(settings), settings.acceptClock?.getTime()));
