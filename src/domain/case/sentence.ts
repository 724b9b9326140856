/** When a sentence ends: the day from which it counts plus its term. The end is reckoned, no event says it. */
import { addTerm, MAX_DAY, type Day } from '../time.js';
import type { CurrentSentence } from './state.js';

/** Days, first and last included. */
interface Days {
  readonly earliest: Day;
  readonly latest: Day;
}

/** The days on which a sentence may end that counts from one of some days; null where it never ends, or runs no more. */
export const sentenceEnd = ({ state, term, openEnd, reductions }: CurrentSentence, start: Days): Days | null => {
  if (state !== 'active' && state !== 'suspended') return null;
  if (term === null) return openEnd ? { earliest: start.earliest + 1, latest: MAX_DAY } : null;
  // A reduction never makes a sentence end before its second day.
  const end = (day: Day): Day => Math.max(day + 1, addTerm(day, term, reductions));
  return { earliest: end(start.earliest), latest: end(start.latest) };
};
