/** What the timeline of some events says, for specs that ask for one part of it. */
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { Period } from '../../src/domain/case/period.js';
import type { ReferenceData } from '../../src/domain/case/reference-data.js';
import { findingsOf, timelineOf } from '../../src/domain/case/timeline.js';
import type { EventWithId, Finding } from '../../src/domain/event.js';

type Events = readonly EventWithId<CaseEvent>[];

export const periodsOf = (events: Events): readonly Period[] => timelineOf(events).courses.periods;

export const findingsIn = (events: Events, referenceData: ReferenceData): readonly Finding[] =>
  findingsOf(timelineOf(events).order, referenceData);
