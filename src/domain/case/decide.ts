import { decideByFindings } from '../decide.js';
import { refuseAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import type { ReferenceData } from './reference-data.js';
import { findingsOf } from './timeline.js';

/** Decides whether a case may record new events. `referenceData` covers the history and the new events. */
export const decide = (
  history: readonly EventWithId<CaseEvent>[],
  newEvents: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
  acknowledge: readonly string[],
): Decision =>
  refuseAmendments(history, newEvents) ??
  decideByFindings(history, newEvents, (events) => findingsOf(events, referenceData), acknowledge);
