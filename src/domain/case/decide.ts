import { decideByFindings } from '../decide.js';
import { refuseAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import { extendOrder, orderOf } from './order.js';
import type { ReferenceData } from './reference-data.js';
import { findingsOf } from './timeline.js';

/** Decides whether a case may record new events. `referenceData` covers the history and the new events. */
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
  return decideByFindings(findingsOf(before, referenceData), findingsOf(after, referenceData), acknowledge);
};
