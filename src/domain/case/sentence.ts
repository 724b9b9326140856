/** The end of a sentence. It is computed from the first day and the term; no event records it. */
import { addTerm, MAX_DAY, type Day } from '../time.js';
import type { CurrentSentence } from './state.js';

/** Both ends included. */
interface DayRange {
  readonly earliest: Day;
  readonly latest: Day;
}

/** The days on which a sentence may end if it counts from a day of `start`; null if it has no end (life) or no longer runs. */
export const sentenceEnd = (
  { state, term, openEnd, reductions }: CurrentSentence,
  start: DayRange,
): DayRange | null => {
  if (state !== 'active' && state !== 'suspended') return null;
  if (term === null) return openEnd ? { earliest: start.earliest + 1, latest: MAX_DAY } : null;
  // Reductions longer than the term must not give an end before the sentence began.
  const endFor = (day: Day): Day => Math.max(day + 1, addTerm(day, term, reductions));
  return { earliest: endFor(start.earliest), latest: endFor(start.latest) };
};
