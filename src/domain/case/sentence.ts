/** The end of a sentence. It is computed from the first day and the term; no event records it. */
import { addTerm, MAX_DAY, type Day } from '../time.js';
import type { DayRange, RunningSentence } from './period.js';
import type { CurrentSentence } from './state.js';

/** The sentence, counted from one of the days of `start`; null unless it is active or suspended. */
export const runningSentence = (
  { state, term, isTermUnknown, reductions }: CurrentSentence,
  start: DayRange | null,
): RunningSentence | null =>
  state === 'active' || state === 'suspended' ? { term, isTermUnknown, reductions, start } : null;

/** The days on which a sentence may end if it counts from a day of `start`; null if it has no end (life) or no longer runs. */
export const possibleSentenceEnd = (sentence: CurrentSentence, start: DayRange): DayRange | null => {
  const running = runningSentence(sentence, start);
  if (running === null) return null;
  const { term, isTermUnknown, reductions } = running;
  if (term === null) return isTermUnknown ? { earliest: start.earliest + 1, latest: MAX_DAY } : null;
  const earliest = sentenceEndDay(start.earliest, term, reductions);
  return {
    earliest,
    latest: start.latest === start.earliest ? earliest : sentenceEndDay(start.latest, term, reductions),
  };
};

/** The day on which a sentence that counts from `start` ends. It ends after `start` even if the reductions exceed the term. */
export const sentenceEndDay = (start: Day, term: string, reductions: readonly string[]): Day =>
  Math.max(start + 1, addTerm(start, term, reductions));
