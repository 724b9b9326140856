import { decideByFindings } from '../decide.js';
import { isAmendment } from '../corrections.js';
import { refuseImpossibleAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import { extendOrder, orderOf } from './order.js';
import type { ReferenceData } from './reference-data.js';
import { findingsBeforeAndAfter } from './timeline.js';

/** Decides whether a case may record new events. `referenceData` must have all lists and instruments of `eventsNeedingReferenceData`. */
export const decide = (
  history: readonly EventWithId<CaseEvent>[],
  newEvents: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
  acknowledge: readonly string[],
): Decision => {
  const refused = refuseImpossibleAmendments(history, newEvents);
  if (refused !== null) return refused;
  const before = orderOf(history);
  const after = newEvents.reduce(extendOrder, before);
  return decideByFindings(...findingsBeforeAndAfter(before, after, referenceData), acknowledge);
};

/**
 * The events whose lists and instruments must be loaded before a decision: the new ones and, if one of them is an amendment, the history
 * too, since any earlier event may be amended.
 */
export const eventsNeedingReferenceData = (
  history: readonly EventWithId<CaseEvent>[],
  newEvents: readonly EventWithId<CaseEvent>[],
): readonly CaseEvent[] =>
  (newEvents.some(({ event }) => isAmendment(event)) ? [...history, ...newEvents] : newEvents).map(
    ({ event }) => event,
  );
