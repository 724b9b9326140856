import { decideByFindings } from '../decide.js';
import { isAmendment } from '../corrections.js';
import { refuseAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import { extendOrder, orderOf } from './order.js';
import type { ReferenceData } from './reference-data.js';
import { findingsBeforeAndAfter } from './timeline.js';

/** Decides whether a case may record new events. `referenceData` must have the lists and instruments that the events named by `referringEvents` refer to. */
export const decide = (
  history: readonly EventWithId<CaseEvent>[],
  newEvents: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
  acknowledge: readonly string[],
): Decision => {
  const refused = refuseAmendments(history, newEvents);
  if (refused !== null) return refused;
  const before = orderOf(history);
  const after = newEvents.reduce(extendOrder, before);
  return decideByFindings(...findingsBeforeAndAfter(before, after, referenceData), acknowledge);
};

/**
 * The events whose lists and instruments a decision needs to know: the new ones, and with an amendment among them also the history, since
 * any of its events may then stand otherwise.
 */
export const referringEvents = (
  history: readonly EventWithId<CaseEvent>[],
  newEvents: readonly EventWithId<CaseEvent>[],
): readonly CaseEvent[] =>
  (newEvents.some(({ event }) => isAmendment(event)) ? [...history, ...newEvents] : newEvents).map(
    ({ event }) => event,
  );
