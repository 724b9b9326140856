import { decide } from '../decide.js';
import type { Decision, EventWithId } from '../event.js';
import type { CaseEvent } from './events.js';
import type { ReferenceData } from './reference-data.js';
import { findingsOf } from './timeline.js';

export { refersTo } from './referents.js';

/** Whether new events may be recorded together beside those of the case. `given` knows all that any of them names. */
export const decideCase = (
  before: readonly EventWithId<CaseEvent>[],
  news: readonly EventWithId<CaseEvent>[],
  given: ReferenceData,
  acknowledge: readonly string[],
): Decision => decide(findingsOf(before, given), findingsOf([...before, ...news], given), acknowledge);
