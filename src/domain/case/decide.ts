import { decide } from '../decide.js';
import type { Decision, Known } from '../fact.js';
import type { CaseFact } from './facts.js';
import type { Given } from './given.js';
import { findingsOf } from './timeline.js';

export { refersTo } from './referents.js';

/** Whether new facts may be recorded together beside those of the case. `given` knows all that any of them names. */
export const decideCase = (
  before: readonly Known<CaseFact>[],
  news: readonly Known<CaseFact>[],
  given: Given,
  acknowledge: readonly string[],
): Decision => decide(findingsOf(before, given), findingsOf([...before, ...news], given), acknowledge);
